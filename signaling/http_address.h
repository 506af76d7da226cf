/* Socket addresses: as text, compared, tried. Leaf functions. */
#pragma once

#include "signaling/error.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Without port; ::ffff:192.0.2.1 is written 192.0.2.1. */
void http_address_text(const struct sockaddr_storage *address, char text[static INET6_ADDRSTRLEN]);
/* A connection from peer to own comes from this very machine: from a loopback address, or from the
 * one that it came to. */
bool http_address_is_own(const struct sockaddr_storage *peer, const struct sockaddr_storage *own);
/* Whether one can listen there; the error says why not. */
bool http_address_probe(const char *address, unsigned port, bool *ret_v6, GError **error);

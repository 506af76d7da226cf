/*
 * What a page may say, after it has joined: lines of JSON, each with a digit before it for who says
 * it: 0 a host, 1 a member, 2 somebody who hasn't joined, 3 a listener, 4 and 5 two interpreters of
 * one booth. TOKEN stands for a valid token, SECRET for the member's.
 */
#include "signaling/store_internal.h"
#include "tests/unit/signaling/world.h"
#include <stdlib.h>

#define PAGES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void silent(const char *domain, GLogLevelFlags level, const char *message, void *user)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)user;
}

/* Each input starts from an empty meeting, with p1 to p5 in it. */
static void empty_store(void)
{
	static const char sql[] =
		"DELETE FROM hand; DELETE FROM chat; DELETE FROM bar; DELETE FROM participant;"
		"DELETE FROM link; DELETE FROM sqlite_sequence;"
		"DELETE FROM recording; DELETE FROM agenda;"
		"INSERT INTO agenda (meeting, number, sharer, subject, minutes) VALUES (1, 1, "
		"'Ana', "
		"'Hello', 10);"
		"UPDATE meeting SET state = 'open', pinned = 0, part = 0";
	if (sqlite3_exec(world.store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		abort();
}

static void open_world(void)
{
	static char *servers[] = {(char *)"stun:stun.example.org", (char *)"turn:turn.example.org",
				  NULL};
	g_log_set_default_handler(silent, NULL);
	world_open();
	atexit(world_close);
	world.config.ice_servers = servers;
	world.config.turn_secret = (char *)"north";
	/* Waiting for the disk would be most of the time. */
	sqlite3_exec(world.store->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
}

static void say(struct websocket *const pages[PAGES], const char *line)
{
	if (line[0] < '0' || line[0] >= '0' + PAGES)
		return;
	struct websocket *page = pages[line[0] - '0'];
	char *secret = page_secret(pages[1]), *token = world_token("demo", ROLE_MEMBER, NULL);
	GString *text = g_string_new(line + 1);
	g_string_replace(text, "TOKEN", token, 2);
	g_string_replace(text, "SECRET", secret, 2);
	page_say(page, "%s", text->str);
	g_string_free(text, TRUE);
	g_free(token);
	g_free(secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (world.store == NULL)
		open_world();
	empty_store();
	struct websocket *pages[PAGES];
	for (size_t i = 0; i < PAGES; i++)
		pages[i] = page_open();
	g_free(page_join(pages[0], ROLE_HOST, "Ana", 'a'));
	g_free(page_join(pages[1], ROLE_MEMBER, "Li", 'b'));
	g_free(page_join(pages[3], ROLE_LISTENER, "Zoe", 'd'));
	page_say(pages[0], "{\"type\":\"set-languages\",\"channels\":[\"en\",\"zh\",\"ase\"]}");
	g_free(page_join(pages[4], ROLE_INTERPRETER, "Eve", 'e'));
	g_free(page_join(pages[5], ROLE_INTERPRETER, "Fay", 'f'));
	char *text = g_strndup((const char *)data, size), **lines = g_strsplit(text, "\n", 50);
	for (size_t i = 0; lines[i] != NULL; i++)
		say(pages, lines[i]);
	for (size_t i = 0; i < PAGES; i++)
		page_drop(pages[i]);
	world_advance(35); /* all leave, then the meeting goes */
	world_advance(60);
	g_strfreev(lines);
	g_free(text);
	return 0;
}

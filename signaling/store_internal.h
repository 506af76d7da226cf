/* What store.c, store_migrations.c and store_journal.c share. */
#pragma once

#include "signaling/store.h"
#include <glib.h>
#include <sqlite3.h>

struct store {
	sqlite3 *db;
	GHashTable *statements; /* SQL literal (by address) -> prepared sqlite3_stmt */
};

/* Sets error to what SQLite says, after `doing`. Returns false. */
bool store_fail(struct store *store, const char *doing, GError **error);

/*
 * A statement, prepared once for each SQL literal, with its values bound: types has one letter for
 * each "?": i gint64, s const char * (copied not: must live until the statement is done; NULL is
 * NULL), b const void * and int. NULL on an error.
 */
sqlite3_stmt *store_query(struct store *store, GError **error, const char *sql, const char *types,
			  ...);
/* SQLITE_ROW, or SQLITE_DONE, or an error's code (then error is set); after the last two the
 * statement is reset. */
int store_next(struct store *store, sqlite3_stmt *statement, GError **error);
/* A statement without rows. */
bool store_run(struct store *store, GError **error, const char *sql, const char *types, ...);
/* The same where the caller could do nothing about an error: it is logged. */
void store_note(struct store *store, const char *sql, const char *types, ...);

/* The text of a column, "" if NULL; lives until the next step. */
const char *store_text(sqlite3_stmt *statement, int column);

bool store_migrate(sqlite3 *db, GError **error);
/* No further than to this version, from 1 up: what an older program would have made. */
bool store_migrate_to(sqlite3 *db, int version, GError **error);

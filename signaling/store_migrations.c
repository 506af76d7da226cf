/*
 * The schema, as steps: PRAGMA user_version says how many of them a database has had. A step that
 * has been released is never changed; a change is a new step at the end.
 */
#include "signaling/store_internal.h"

static const char *const migrations[] = {
	/* 1: meetings and their links */
	"CREATE TABLE meeting ("
	"  id INTEGER PRIMARY KEY,"
	"  name TEXT NOT NULL UNIQUE,"
	"  title TEXT NOT NULL,"
	"  starts INTEGER NOT NULL," /* Unix seconds, 0: any time */
	"  zone TEXT NOT NULL,"
	"  minutes INTEGER NOT NULL,"
	"  floors TEXT NOT NULL," /* tags with spaces between */
	"  channels TEXT NOT NULL,"
	"  state TEXT NOT NULL CHECK (state IN ('planned', 'open', 'ended'))"
	") STRICT;"
	"CREATE TABLE link ("
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  role TEXT NOT NULL,"
	"  generation INTEGER NOT NULL,"
	"  PRIMARY KEY (meeting, role)"
	") STRICT, WITHOUT ROWID;",

	/* 2: the journal, which brings a meeting back after a restart */
	"ALTER TABLE meeting ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;" /* a participant */
	"CREATE TABLE participant ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT," /* never used twice: it is the relay's peer id,
						     too */
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  name TEXT NOT NULL,"
	"  organisation TEXT NOT NULL,"
	"  country TEXT NOT NULL,"
	"  speaks TEXT NOT NULL,"
	"  role TEXT NOT NULL,"
	"  device TEXT NOT NULL,"
	"  secret BLOB," /* SHA-256; NULL: can't resume (WHIP) */
	"  listen_only INTEGER NOT NULL,"
	"  generation INTEGER NOT NULL,"
	"  muted INTEGER NOT NULL DEFAULT 0,"  /* by a host: bits of enum source */
	"  screen INTEGER NOT NULL DEFAULT 0," /* place in the stack of shared screens; 0: none */
	"  joined_at INTEGER NOT NULL,"	       /* Unix ms */
	"  left_at INTEGER"
	") STRICT;"
	"CREATE INDEX participant_present ON participant (meeting) WHERE left_at IS NULL;"
	"CREATE TABLE chat ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  participant INTEGER NOT NULL REFERENCES participant,"
	"  name TEXT NOT NULL,"
	"  text TEXT NOT NULL,"
	"  at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX chat_meeting ON chat (meeting, id);"
	"CREATE TABLE hand ("
	"  id INTEGER PRIMARY KEY," /* the order in which they were raised */
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  participant INTEGER NOT NULL UNIQUE REFERENCES participant,"
	"  at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX hand_meeting ON hand (meeting);"
	"CREATE TABLE bar ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  device TEXT NOT NULL," /* '': none */
	"  name TEXT NOT NULL,"
	"  folded TEXT NOT NULL," /* text_fold of name */
	"  at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX bar_meeting ON bar (meeting);",

	/* 3: recordings; their files are in DATA/recordings/id */
	"CREATE TABLE recording ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT," /* never used twice: a folder is named by it */
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  state TEXT NOT NULL CHECK (state IN ('recording', 'paused', 'ended')),"
	"  begin_at INTEGER NOT NULL," /* Unix ms, time 0 of its tracks */
	"  ended_at INTEGER,"
	"  parts INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX recording_meeting ON recording (meeting);",

	/* 4: agenda, questions, consent; the archive: what was made of a recording, who may see
	   it, attachments, minutes, what a search finds */
	"ALTER TABLE meeting ADD COLUMN venue TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE meeting ADD COLUMN part INTEGER NOT NULL DEFAULT 0;" /* of the agenda, now */
	"ALTER TABLE meeting ADD COLUMN auto_record INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meeting ADD COLUMN own_tracks INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE meeting ADD COLUMN access TEXT NOT NULL DEFAULT 'alliance'"
	"  CHECK (access IN ('public', 'alliance', 'secretariat'));"
	"ALTER TABLE meeting ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 0;" /* 0: for ever
										     */
	"CREATE TABLE agenda ("
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  number INTEGER NOT NULL," /* from 1 up */
	"  sharer TEXT NOT NULL,"
	"  subject TEXT NOT NULL,"
	"  minutes INTEGER NOT NULL," /* planned; 0: not said */
	"  started_at INTEGER,"	      /* Unix ms, the first time */
	"  PRIMARY KEY (meeting, number)"
	") STRICT, WITHOUT ROWID;"
	"ALTER TABLE chat ADD COLUMN question INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE participant ADD COLUMN consent INTEGER NOT NULL DEFAULT 1;"
	"ALTER TABLE recording ADD COLUMN archive TEXT NOT NULL DEFAULT 'none'"
	"  CHECK (archive IN ('none', 'waiting', 'running', 'done', 'failed'));"
	"ALTER TABLE recording ADD COLUMN archive_error TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recording ADD COLUMN duration INTEGER NOT NULL DEFAULT 0;" /* ms, of the
										   archive */
	"CREATE TABLE attachment ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  name TEXT NOT NULL,"
	"  type TEXT NOT NULL," /* as found in its bytes */
	"  bytes INTEGER NOT NULL,"
	"  sha256 TEXT NOT NULL," /* the file's name in DATA/attachments */
	"  part INTEGER NOT NULL,"
	"  participant INTEGER REFERENCES participant," /* NULL: the secretariat, by a link */
	"  by TEXT NOT NULL,"
	"  at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX attachment_meeting ON attachment (meeting);"
	"CREATE INDEX participant_meeting ON participant (meeting);"
	"CREATE INDEX attachment_content ON attachment (sha256);"
	"CREATE TABLE minutes ("
	"  meeting INTEGER NOT NULL REFERENCES meeting ON DELETE CASCADE,"
	"  language TEXT NOT NULL,"
	"  version INTEGER NOT NULL," /* from 1 up */
	"  author TEXT NOT NULL,"
	"  at INTEGER NOT NULL,"
	"  body TEXT NOT NULL," /* JSON */
	"  published INTEGER NOT NULL DEFAULT 0,"
	"  PRIMARY KEY (meeting, language, version)"
	") STRICT, WITHOUT ROWID;"
	/* Three letters make a token, so that languages without spaces are found, too. */
	"CREATE VIRTUAL TABLE archive_text USING fts5 ("
	"  text, meeting UNINDEXED, kind UNINDEXED, recording UNINDEXED, at UNINDEXED,"
	"  tokenize = 'trigram');"
	"CREATE TRIGGER meeting_deleted AFTER DELETE ON meeting BEGIN"
	"  DELETE FROM archive_text WHERE meeting = OLD.id;"
	"END;"
	/* Of links that are good for all meetings. */
	"CREATE TABLE general_link ("
	"  role TEXT PRIMARY KEY,"
	"  generation INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;",

	/* 5: what is of one meeting isn't taken for that of a later one of its name, or of its
	   number: links, and what a removal left behind; a recording never outlasts its meeting */
	"ALTER TABLE meeting ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;" /* Unix s; 0: unknown
									      */
	"CREATE TABLE meeting_number (last INTEGER NOT NULL) STRICT;"
	"INSERT INTO meeting_number SELECT coalesce(max(id), 0) FROM meeting;"
	"CREATE TRIGGER meeting_made AFTER INSERT ON meeting BEGIN"
	"  UPDATE meeting_number SET last = max(last, NEW.id);"
	"END;"
	"CREATE TRIGGER meeting_ended AFTER UPDATE OF state ON meeting"
	"  WHEN NEW.state = 'ended' BEGIN"
	"  UPDATE recording SET state = 'ended', archive = 'waiting',"
	"    ended_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000"
	"    WHERE meeting = NEW.id AND state <> 'ended';"
	"END;"
	"UPDATE recording SET state = 'ended', archive = 'waiting',"
	"  ended_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000"
	"  WHERE state <> 'ended' AND meeting IN (SELECT id FROM meeting WHERE state = 'ended');",

	/* 6: a recording that ended since nobody was left isn't one that a host didn't want */
	"ALTER TABLE recording ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 1;",
};

static int user_version(sqlite3 *db)
{
	sqlite3_stmt *statement;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK)
		return -1;
	int version = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
	sqlite3_finalize(statement);
	return version;
}

static bool run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The version is read inside the write transaction: server and command line may both come to
 * migrate. */
static bool migrate_locked(sqlite3 *db, int target, GError **error)
{
	int version = user_version(db);
	if (version > (int)G_N_ELEMENTS(migrations)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNSUPPORTED,
			    "store: its schema has version %d, this program knows %d: a newer "
			    "tongsheng "
			    "wrote it",
			    version, (int)G_N_ELEMENTS(migrations));
		return false;
	}
	bool ok = version >= 0;
	for (int i = version; ok && i < target; i++)
		ok = run(db, migrations[i]);
	char *set = g_strdup_printf("PRAGMA user_version = %d", MAX(version, target));
	ok = ok && run(db, set);
	g_free(set);
	if (!ok)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "store: migration from version %d: %s", version, sqlite3_errmsg(db));
	return ok;
}

bool store_migrate_to(sqlite3 *db, int version, GError **error)
{
	if (!run(db, "BEGIN IMMEDIATE")) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "store: %s",
			    sqlite3_errmsg(db));
		return false;
	}
	bool ok = migrate_locked(db, version, error);
	if (!run(db, ok ? "COMMIT" : "ROLLBACK") && ok) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "store: %s",
			    sqlite3_errmsg(db));
		return false;
	}
	return ok;
}

bool store_migrate(sqlite3 *db, GError **error)
{
	return user_version(db) == (int)G_N_ELEMENTS(migrations) ||
	       store_migrate_to(db, (int)G_N_ELEMENTS(migrations), error);
}

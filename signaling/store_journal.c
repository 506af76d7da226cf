#include "signaling/store_journal.h"
#include "signaling/store_internal.h"

bool store_person_add(struct store *store, gint64 meeting, const struct store_person *person,
		      guint32 *ret_number, GError **error)
{
	int secret_size = person->secret != NULL ? SECRET_HASH_SIZE : 0;
	if (!store_run(
		    store, error,
		    "INSERT INTO participant (meeting, name, organisation, country, speaks, role, "
		    "device, secret, listen_only, generation, joined_at, consent) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "issssssbiiii", meeting, person->name, person->organisation, person->country,
		    person->speaks, role_name(person->role), person->device, person->secret,
		    secret_size, (gint64)person->listen_only, (gint64)person->generation,
		    person->joined, (gint64)!person->unrecorded))
		return false;
	gint64 number = sqlite3_last_insert_rowid(store->db);
	if (number > G_MAXINT32) { /* from 2^31 up the relay numbers its own */
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "store: no participant numbers are left");
		return false;
	}
	*ret_number = (guint32)number;
	return true;
}

void store_person_profile(struct store *store, const struct store_person *person)
{
	store_note(store,
		   "UPDATE participant SET name = ?, organisation = ?, country = ?, speaks = ?, "
		   "listen_only = ?, consent = ? WHERE id = ?",
		   "ssssiii", person->name, person->organisation, person->country, person->speaks,
		   (gint64)person->listen_only, (gint64)!person->unrecorded,
		   (gint64)person->number);
}

void store_person_secret(struct store *store, guint32 number, const guint8 secret[SECRET_HASH_SIZE])
{
	store_note(store, "UPDATE participant SET secret = ? WHERE id = ?", "bi", secret,
		   SECRET_HASH_SIZE, (gint64)number);
}

void store_person_muted(struct store *store, guint32 number, unsigned muted)
{
	store_note(store, "UPDATE participant SET muted = ? WHERE id = ?", "ii", (gint64)muted,
		   (gint64)number);
}

void store_person_screen(struct store *store, guint32 number, bool shared)
{
	if (shared)
		store_note(
			store,
			"UPDATE participant SET screen = 1 + (SELECT max(screen) FROM participant "
			"AS p "
			"WHERE p.meeting = participant.meeting AND p.left_at IS NULL) WHERE id = ?",
			"i", (gint64)number);
	else
		store_note(store, "UPDATE participant SET screen = 0 WHERE id = ?", "i",
			   (gint64)number);
}

void store_person_left(struct store *store, guint32 number, gint64 at)
{
	store_hand_lower(store, number);
	store_note(store, "UPDATE participant SET left_at = ?, screen = 0 WHERE id = ?", "ii", at,
		   (gint64)number);
}

static void read_person(sqlite3_stmt *query, struct store_person *ret)
{
	bool has_secret = sqlite3_column_bytes(query, 7) == SECRET_HASH_SIZE;
	*ret = (struct store_person){
		.number = (guint32)sqlite3_column_int64(query, 0),
		.name = store_text(query, 1),
		.organisation = store_text(query, 2),
		.country = store_text(query, 3),
		.speaks = store_text(query, 4),
		.device = store_text(query, 6),
		.secret = has_secret ? sqlite3_column_blob(query, 7) : NULL,
		.listen_only = sqlite3_column_int(query, 8) != 0,
		.generation = (unsigned)sqlite3_column_int64(query, 9),
		.muted = (unsigned)sqlite3_column_int64(query, 10),
		.joined = sqlite3_column_int64(query, 11),
		.unrecorded = sqlite3_column_int(query, 12) == 0,
	};
}

bool store_people(struct store *store, gint64 meeting,
		  void (*row)(void *user, const struct store_person *person), void *user,
		  GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT id, name, organisation, country, speaks, role, "
					  "device, secret, listen_only, "
					  "generation, muted, joined_at, consent "
					  "FROM participant "
					  "WHERE meeting = ? AND left_at IS NULL ORDER BY id",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		struct store_person person;
		read_person(query, &person);
		if (role_from_name(store_text(query, 5), &person.role))
			row(user, &person);
	}
	return code == SQLITE_DONE;
}

bool store_chat_add(struct store *store, gint64 meeting, const struct store_chat *chat,
		    gint64 *ret_id, GError **error)
{
	if (!store_run(store, error,
		       "INSERT INTO chat (meeting, participant, name, text, at) VALUES (?, ?, ?, "
		       "?, ?)",
		       "iissi", meeting, (gint64)chat->from, chat->name, chat->text, chat->at))
		return false;
	*ret_id = sqlite3_last_insert_rowid(store->db);
	return true;
}

bool store_chat_last(struct store *store, gint64 meeting, unsigned limit,
		     void (*row)(void *user, const struct store_chat *chat), void *user,
		     GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT * FROM (SELECT id, participant, name, text, at, question FROM chat "
		"WHERE meeting = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
		"ii", meeting, (gint64)limit);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		row(user, &(struct store_chat){
				  .id = sqlite3_column_int64(query, 0),
				  .from = (guint32)sqlite3_column_int64(query, 1),
				  .name = store_text(query, 2),
				  .text = store_text(query, 3),
				  .at = sqlite3_column_int64(query, 4),
				  .question = sqlite3_column_int(query, 5) != 0,
			  });
	}
	return code == SQLITE_DONE;
}

bool store_chat_question(struct store *store, gint64 meeting, gint64 id, guint32 by, bool on,
			 GError **error)
{
	if (!store_run(store, error,
		       "UPDATE chat SET question = ? "
		       "WHERE meeting = ? AND id = ? AND (? = 0 OR participant = ?)",
		       "iiiii", (gint64)on, meeting, id, (gint64)by, (gint64)by))
		return false;
	if (sqlite3_changes(store->db) > 0)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
		    by == 0 ? "chat: this meeting has no such message"
			    : "chat: you wrote no such message here");
	return false;
}

void store_hand_raise(struct store *store, gint64 meeting, guint32 number, gint64 at)
{
	store_note(store,
		   "INSERT INTO hand (meeting, participant, at) VALUES (?, ?, ?) ON CONFLICT DO "
		   "NOTHING",
		   "iii", meeting, (gint64)number, at);
}

void store_hand_lower(struct store *store, guint32 number)
{
	store_note(store, "DELETE FROM hand WHERE participant = ?", "i", (gint64)number);
}

bool store_hands(struct store *store, gint64 meeting,
		 void (*row)(void *user, guint32 number, gint64 at), void *user, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT participant, at FROM hand WHERE meeting = ? ORDER BY id", "i",
		meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, (guint32)sqlite3_column_int64(query, 0), sqlite3_column_int64(query, 1));
	return code == SQLITE_DONE;
}

bool store_screens(struct store *store, gint64 meeting, void (*row)(void *user, guint32 number),
		   void *user, GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT id FROM participant WHERE meeting = ? AND "
					  "left_at IS NULL AND screen > 0 ORDER BY screen",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, (guint32)sqlite3_column_int64(query, 0));
	return code == SQLITE_DONE;
}

void store_pin(struct store *store, gint64 meeting, guint32 number)
{
	store_note(store, "UPDATE meeting SET pinned = ? WHERE id = ?", "ii", (gint64)number,
		   meeting);
}

guint32 store_pinned(struct store *store, gint64 meeting)
{
	sqlite3_stmt *query =
		store_query(store, NULL, "SELECT pinned FROM meeting WHERE id = ?", "i", meeting);
	guint32 number = 0;
	if (query != NULL && store_next(store, query, NULL) == SQLITE_ROW) {
		number = (guint32)sqlite3_column_int64(query, 0);
		sqlite3_reset(query);
	}
	return number;
}

bool store_bar_add(struct store *store, gint64 meeting, const struct store_bar *bar, GError **error)
{
	return store_run(
		store, error,
		"INSERT INTO bar (meeting, device, name, folded, at) VALUES (?, ?, ?, ?, ?)",
		"isssi", meeting, bar->device, bar->name, bar->folded, bar->at);
}

bool store_bar_check(struct store *store, gint64 meeting, const char *device, const char *folded,
		     enum barred_by *ret, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT device <> '' AND device = ?2 FROM bar WHERE meeting = ?1 AND "
		"((device <> '' AND device = ?2) OR folded = ?3) ORDER BY 1 DESC LIMIT 1",
		"iss", meeting, device, folded);
	if (query == NULL)
		return false;
	int code = store_next(store, query, error);
	if (code == SQLITE_ROW) {
		*ret = sqlite3_column_int(query, 0) != 0 ? BARRED_DEVICE : BARRED_NAME;
		sqlite3_reset(query);
		return true;
	}
	*ret = BARRED_NOT;
	return code == SQLITE_DONE;
}

bool store_bars(struct store *store, gint64 meeting,
		void (*row)(void *user, const struct store_bar *bar), void *user, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT id, device, name, folded, at FROM bar WHERE meeting = ? ORDER BY id", "i",
		meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		row(user, &(struct store_bar){
				  .id = sqlite3_column_int64(query, 0),
				  .device = store_text(query, 1),
				  .name = store_text(query, 2),
				  .folded = store_text(query, 3),
				  .at = sqlite3_column_int64(query, 4),
			  });
	}
	return code == SQLITE_DONE;
}

bool store_bar_remove(struct store *store, gint64 meeting, gint64 id, GError **error)
{
	if (!store_run(store, error, "DELETE FROM bar WHERE meeting = ? AND id = ?", "ii", meeting,
		       id))
		return false;
	if (sqlite3_changes(store->db) == 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "barred: nobody is barred by this number");
		return false;
	}
	return true;
}

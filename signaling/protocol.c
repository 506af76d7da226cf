#include "signaling/protocol.h"
#include "signaling/rate_limit.h"
#include <string.h>

#define FIRST_JOIN_US (10 * G_USEC_PER_SEC)
#define NEXT_JOIN_US  (120 * G_USEC_PER_SEC) /* "already here in another tab": a person is asked */
/* One chat message is 8 kB at most, and goes to the weakest link of 200. */
#define TELLS_A_SECOND	    2
#define TELLS_BURST_SECONDS 10
/* The largest takes 10 ms to read. */
#define OFFERS_A_SECOND	     1
#define OFFERS_BURST_SECONDS 20

static const struct handler {
	const char *type;
	enum action action; /* what the role must allow */
	bool (*handle)(const struct request *request, GError **error);
} handlers[] = {
	/* clang-format off: a table */
	{"offer", ACTION_JOIN, on_offer},
	{"slots", ACTION_JOIN, on_slots},
	{"media", ACTION_JOIN, on_media},
	{"chat", ACTION_CHAT, on_chat},
	{"question", ACTION_CHAT, on_question},
	{"hand", ACTION_HAND, on_hand},
	{"profile", ACTION_JOIN, on_profile},
	{"ping", ACTION_JOIN, on_ping},
	{"leave", ACTION_JOIN, on_leave},
	{"floor", ACTION_GIVE_FLOOR, on_floor},
	{"mute", ACTION_MUTE, on_mute},
	{"remove", ACTION_REMOVE, on_remove},
	{"barred", ACTION_REMOVE, on_barred},
	{"readmit", ACTION_REMOVE, on_readmit},
	{"reissue", ACTION_INVITE, on_reissue},
	{"invite", ACTION_INVITE, on_invite},
	{"end", ACTION_END, on_end},
	{"record", ACTION_RECORD, on_record},
	{"start-part", ACTION_SCHEDULE, on_start_part},
	{"set-languages", ACTION_LANGUAGES, on_set_languages},
	{"channel-override", ACTION_LANGUAGES, on_channel_override},
	{"floor-language", ACTION_JOIN, on_floor_language}, /* hosts and interpreters */
	{"booth-chat", ACTION_JOIN, on_booth_chat},	    /* the same */
	{"call", ACTION_JOIN, on_call},
	{"call-answer", ACTION_JOIN, on_call_answer},
	{"prefer-program", ACTION_JOIN, on_prefer_program},
	{"air", ACTION_INTERPRET, on_air},
	{"handover", ACTION_INTERPRET, on_handover},
	{"handover-answer", ACTION_INTERPRET, on_handover_answer},
	{"hold", ACTION_INTERPRET, on_hold},
	{"slow-down", ACTION_INTERPRET, on_slow_down},
	{"insufficient", ACTION_INTERPRET, on_insufficient},
	{"speaker-card", ACTION_INTERPRET, on_speaker_card},
	/* clang-format on */
};

void connection_send(struct connection *connection, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	json_decref(message);
	websocket_send(connection->socket, text, strlen(text));
	free(text);
}

void connection_close(struct connection *connection, enum close_code code, const char *reason)
{
	struct participant *p = connection->participant;
	if (p != NULL) {
		p->connection = NULL;
		p->connection_lost = meetings_now(connection->meetings);
	}
	connection->participant = NULL;
	connection->closing = true;
	websocket_close(connection->socket, code, reason);
}

void connection_attach(struct connection *connection, struct participant *participant)
{
	connection->participant = participant;
	participant->connection = connection;
}

void connections_tick(struct meetings *meetings)
{
	gint64 now = meetings_now(meetings);
	GHashTableIter iterator;
	gpointer key;
	g_hash_table_iter_init(&iterator, meetings->connections);
	while (g_hash_table_iter_next(&iterator, &key, NULL)) {
		struct connection *c = key;
		if (c->participant == NULL && !c->closing && now >= c->join_until)
			connection_close(c, CLOSE_NO_PROTOCOL, "no join");
	}
}

void request_reply(const struct request *request, json_t *reply)
{
	if (request->id >= 0)
		json_object_set_new(reply, "re", json_integer(request->id));
	connection_send(request->connection, reply);
}

void request_ok(const struct request *request)
{
	if (request->id >= 0)
		request_reply(request, json_pack("{s:s}", "type", "ok"));
}

static bool may(const struct request *request, uint64_t *full_at, unsigned a_second,
		unsigned burst_seconds, GError **error)
{
	if (rate_take(full_at, a_second, burst_seconds,
		      (uint64_t)meetings_now(request->connection->meetings)))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
		    "type: too much at once; wait a few seconds");
	return false;
}

bool request_may_tell(const struct request *request, GError **error)
{
	return may(request, &request->participant->tells, TELLS_A_SECOND, TELLS_BURST_SECONDS,
		   error);
}

bool request_may_offer(const struct request *request, GError **error)
{
	return may(request, &request->participant->offers, OFFERS_A_SECOND, OFFERS_BURST_SECONDS,
		   error);
}

/* Messages of errors begin with the field: "participant: p9 isn't here". */
static void reply_error(const struct request *request, GError *error)
{
	request->connection->meetings->refused++;
	/* It may quote what came, cut within a character. */
	const char *words = signaling_error_words(error);
	char *text = g_utf8_make_valid(words, -1);
	json_t *reply = json_pack("{s:s, s:s, s:s}", "type", "error", "code",
				  signaling_error_code(error), "message", text);
	size_t length = strspn(words, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.[]");
	if (length > 0 && words[length] == ':')
		json_object_set_new(reply, "field", json_stringn(words, length));
	request_reply(request, reply);
	g_free(text);
	g_error_free(error);
}

static bool dispatch(const struct request *request, const char *type, GError **error)
{
	bool joined = request->participant != NULL;
	if (strcmp(type, "join") == 0) {
		if (!joined)
			return on_join(request, error);
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "type: joined already");
		return false;
	}
	/* A page sends its offer right behind the join, and can't know yet that it was refused. */
	if (!joined) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "type: join first; the join before was refused");
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++) {
		const struct handler *handler = &handlers[i];
		if (strcmp(type, handler->type) != 0)
			continue;
		if (role_may(request->participant->role, handler->action))
			return handler->handle(request, error);
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "role: %s may not %s", role_name(request->participant->role),
			    action_name(handler->action));
		return false;
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNSUPPORTED,
		    "type: there is no request \"%.40s\"", type);
	return false;
}

static void on_object(struct connection *connection, const json_t *message)
{
	struct request request = {
		.connection = connection,
		.participant = connection->participant,
		.message = message,
		.id = -1,
	};
	GError *error = NULL;
	const char *type = NULL;
	bool ok = field_integer(message, "id", false, 0, G_MAXINT64, &request.id, &error) &&
		  field_string(message, "type", true, &type, &error);
	if (!connection->asked && (!ok || strcmp(type, "join") != 0)) {
		g_clear_error(&error);
		connection_close(connection, CLOSE_NO_PROTOCOL, "the first message must be join");
		return;
	}
	connection->asked = true;
	if (!ok || !dispatch(&request, type, &error))
		reply_error(&request, error);
}

/* Each WebSocket has a struct connection from opened to closed. */
static void *on_opened(void *user, struct websocket *socket)
{
	struct meetings *meetings = user;
	struct connection *connection = g_new0(struct connection, 1);
	connection->meetings = meetings;
	connection->socket = socket;
	connection->join_until = meetings_now(meetings) + FIRST_JOIN_US;
	g_hash_table_add(meetings->connections, connection);
	return connection;
}

static void on_message(void *user, struct websocket *socket, const char *text, size_t length)
{
	struct meetings *meetings = user;
	struct connection *connection = websocket_user(socket);
	if (connection->closing)
		return;
	meetings->messages++;
	json_error_t where;
	json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(message)) {
		char *reason = g_strdup_printf("malformed JSON at byte %d", where.position);
		connection_close(connection, CLOSE_NO_PROTOCOL,
				 message == NULL ? reason : "not a JSON object");
		g_free(reason);
	} else {
		if (!connection->asked)
			connection->join_until = meetings_now(meetings) + NEXT_JOIN_US;
		on_object(connection, message);
	}
	json_decref(message);
}

static void on_closed(void *user, struct websocket *socket)
{
	struct meetings *meetings = user;
	struct connection *connection = websocket_user(socket);
	struct participant *p = connection->participant;
	if (p != NULL) {
		p->connection = NULL;
		p->connection_lost = meetings_now(meetings);
	}
	g_hash_table_remove(meetings->connections, connection);
}

void meetings_websocket_events(struct meetings *meetings, struct websocket_events *ret)
{
	*ret = (struct websocket_events){
		.user = meetings,
		.opened = on_opened,
		.message = on_message,
		.closed = on_closed,
	};
}

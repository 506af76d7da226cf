#include "relay/net/srtp_cm.h"

#include <glib.h>
#include <srtp2/srtp.h>
#include <string.h>

/* Wide enough for packets that publishers' links reordered before we forward them. */
#define REPLAY_WINDOW 1024

struct srtp_cm {
	srtp_t send, receive;
};

/* Its result says nothing: a second call in a process (by a test's peer) is an error to libsrtp2.
 */
static void init_library(void)
{
	static gsize once = 0;
	if (g_once_init_enter(&once)) {
		(void)srtp_init();
		g_once_init_leave(&once, 1);
	}
}

/* One template for all SSRCs of a direction: libsrtp2 makes a stream of it at an SSRC's first
 * packet. */
static bool create(srtp_t *session, srtp_ssrc_type_t type, const struct srtp_master *master)
{
	uint8_t key[SRTP_KEY_SIZE + SRTP_CM_SALT_SIZE];
	memcpy(key, master->key, SRTP_KEY_SIZE);
	memcpy(key + SRTP_KEY_SIZE, master->salt, SRTP_CM_SALT_SIZE);
	srtp_policy_t policy = {.ssrc = {.type = type}, .key = key, .window_size = REPLAY_WINDOW};
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	bool ok = srtp_create(session, &policy) == srtp_err_status_ok;
	explicit_bzero(key, sizeof key);
	return ok;
}

enum err srtp_cm_new(const struct srtp_master *send, const struct srtp_master *receive,
		     struct srtp_cm **ret)
{
	init_library();
	struct srtp_cm *cm = g_new0(struct srtp_cm, 1);
	if (!create(&cm->send, ssrc_any_outbound, send) ||
	    !create(&cm->receive, ssrc_any_inbound, receive)) {
		srtp_cm_free(cm);
		return ERR_SYSTEM;
	}
	*ret = cm;
	return OK;
}

void srtp_cm_free(struct srtp_cm *cm)
{
	if (!cm)
		return;
	if (cm->send)
		srtp_dealloc(cm->send);
	if (cm->receive)
		srtp_dealloc(cm->receive);
	g_free(cm);
}

typedef srtp_err_status_t operation(srtp_t session, void *data, int *length);

static enum err run(operation *op, srtp_t session, uint8_t *data, size_t *length)
{
	int new_length = (int)*length;
	switch (op(session, data, &new_length)) {
	case srtp_err_status_ok:
		*length = (size_t)new_length;
		return OK;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
	case srtp_err_status_pkt_idx_old:
		return ERR_REPLAY;
	case srtp_err_status_auth_fail:
	case srtp_err_status_cant_check: /* SRTCP in clear */
		return ERR_AUTH;
	case srtp_err_status_bad_param:
	case srtp_err_status_parse_err:
		return ERR_MALFORMED;
	default:
		return ERR_SYSTEM;
	}
}

enum err srtp_cm_protect_rtp(struct srtp_cm *cm, uint8_t *data, size_t *length)
{
	return run(srtp_protect, cm->send, data, length);
}

enum err srtp_cm_protect_rtcp(struct srtp_cm *cm, uint8_t *data, size_t *length)
{
	return run(srtp_protect_rtcp, cm->send, data, length);
}

enum err srtp_cm_unprotect_rtp(struct srtp_cm *cm, uint8_t *data, size_t *length)
{
	return run(srtp_unprotect, cm->receive, data, length);
}

enum err srtp_cm_unprotect_rtcp(struct srtp_cm *cm, uint8_t *data, size_t *length)
{
	return run(srtp_unprotect_rtcp, cm->receive, data, length);
}

#include "relay/base/fetch.h"
#include "relay/net/gcm.h"

#include <glib.h>
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <string.h>

#define KEY_ALIGNMENT	64 /* what the widest instructions want */
#define HASH_KEYS_BYTES 256

struct gcm {
	struct gcm_key_data key;
	const IMB_MGR *library;
};

/* The functions for this processor; nothing else of the manager is used, so threads share it. */
static const IMB_MGR *library(void)
{
	static IMB_MGR *manager;
	static gsize ready;
	if (g_once_init_enter(&ready)) {
		manager = alloc_mb_mgr(0);
		if (manager)
			init_mb_mgr_auto(manager, NULL);
		g_once_init_leave(&ready, 1);
	}
	return manager && imb_get_errno(manager) == 0 ? manager : NULL;
}

bool gcm_prepare(void)
{
	return library() != NULL;
}

struct gcm *gcm_new(const uint8_t key[static GCM_KEY_SIZE], bool encrypt)
{
	const IMB_MGR *functions = library();
	if (!functions)
		return NULL;
	struct gcm *gcm = g_aligned_alloc0(1, sizeof *gcm, KEY_ALIGNMENT);
	gcm->library = functions;
	IMB_AES128_GCM_PRE(functions, key, &gcm->key);
	return gcm;
}

void gcm_free(struct gcm *gcm)
{
	if (!gcm)
		return;
	explicit_bzero(gcm, sizeof *gcm);
	g_aligned_free(gcm);
}

/* The key's schedule, and the powers of the hash key that any packet needs; a long one's others
 * come by themselves, one behind the other. */
void gcm_fetch(const struct gcm *gcm)
{
	fetch_ahead(&gcm->key, sizeof gcm->key.expanded_keys);
	fetch_ahead((const uint8_t *)(&gcm->key + 1) - HASH_KEYS_BYTES, HASH_KEYS_BYTES);
	fetch_ahead(&gcm->library, sizeof gcm->library);
}

bool gcm_encrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 uint8_t tag[static GCM_TAG_SIZE])
{
	struct gcm_context_data context;
	IMB_AES128_GCM_ENC(gcm->library, &gcm->key, &context, data, data, length, iv, clear,
			   clear_length, tag, GCM_TAG_SIZE);
	return true;
}

bool gcm_decrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 const uint8_t tag[static GCM_TAG_SIZE])
{
	struct gcm_context_data context;
	uint8_t computed[GCM_TAG_SIZE];
	IMB_AES128_GCM_DEC(gcm->library, &gcm->key, &context, data, data, length, iv, clear,
			   clear_length, computed, GCM_TAG_SIZE);
	return CRYPTO_memcmp(computed, tag, GCM_TAG_SIZE) == 0;
}

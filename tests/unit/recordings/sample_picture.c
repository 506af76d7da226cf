#include "tests/unit/recordings/sample_file.h"
#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

#define KEYFRAMES_MS 10000

struct frame {
	uint8_t *data;
	size_t length;
	bool keyframe;
};

/* Page: dark lines on white, like text. Scene: a gradient with noise and a square that moves. */
static void draw(vpx_image_t *image, const struct sample_picture *p, uint64_t n, uint64_t time_ms)
{
	bool flash = p->flashes && time_ms % SAMPLE_FLASH_MS < SAMPLE_FLASHS_MS;
	uint32_t noise = (uint32_t)n * 2654435761u;
	unsigned at = (unsigned)(time_ms * p->width / 8000) % p->width;
	for (unsigned y = 0; y < p->height; y++) {
		uint8_t *row = image->planes[0] + y * (size_t)image->stride[0];
		for (unsigned x = 0; x < p->width; x++) {
			noise = noise * 1664525u + 1013904223u;
			bool square = x - at < p->height / 5 && y - p->height / 3 < p->height / 5;
			unsigned scene = 30 + 60 * y / p->height + 20 * x / p->width +
					 (p->noise ? noise >> 29 : 0);
			unsigned page =
				y % 24 < 14 && (x / 3 * 7 + y / 24 * 13) % 11 < 4 ? 40 : 225;
			row[x] = (uint8_t)(flash     ? 235
					   : p->text ? page
						     : scene + (square ? 40 : 0));
		}
	}
	for (unsigned y = 0; y < (p->height + 1) / 2; y++) {
		memset(image->planes[1] + y * (size_t)image->stride[1], p->text ? 128 : 110,
		       (p->width + 1) / 2);
		memset(image->planes[2] + y * (size_t)image->stride[2], p->text ? 128 : 145,
		       (p->width + 1) / 2);
	}
}

static void start(vpx_codec_ctx_t *codec, const struct sample_picture *p)
{
	vpx_codec_enc_cfg_t config;
	g_assert_cmpint(vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config, 0), ==,
			VPX_CODEC_OK);
	config.g_w = p->width;
	config.g_h = p->height;
	config.g_threads = 1; /* more of them wait for each other by spinning */
	config.g_timebase = (vpx_rational_t){1, 1000};
	config.rc_end_usage = VPX_CBR;
	config.rc_target_bitrate = MAX(100, p->width * p->height / 700);
	config.kf_mode = VPX_KF_DISABLED;
	config.g_lag_in_frames = 0;
	g_assert_cmpint(vpx_codec_enc_init(codec, vpx_codec_vp8_cx(), &config, 0), ==,
			VPX_CODEC_OK);
	vpx_codec_control(codec, VP8E_SET_CPUUSED, -12);
}

static struct frame encode(vpx_codec_ctx_t *codec, const vpx_image_t *image, uint64_t time_ms,
			   unsigned length_ms, bool keyframe)
{
	vpx_codec_iter_t at = NULL;
	const vpx_codec_cx_pkt_t *packet;
	g_assert_cmpint(vpx_codec_encode(codec, image, (vpx_codec_pts_t)time_ms, length_ms,
					 keyframe ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME),
			==, VPX_CODEC_OK);
	while ((packet = vpx_codec_get_cx_data(codec, &at)))
		if (packet->kind == VPX_CODEC_CX_FRAME_PKT)
			return (struct frame){
				g_memdup2(packet->data.frame.buf, packet->data.frame.sz),
				packet->data.frame.sz, packet->data.frame.flags & VPX_FRAME_IS_KEY};
	return (struct frame){0}; /* the encoder left it out */
}

void sample_file_pictures(struct sample_file *file, uint64_t from_ms, uint64_t to_ms,
			  const struct sample_picture *p)
{
	vpx_codec_ctx_t codec;
	vpx_image_t *image = vpx_img_alloc(NULL, VPX_IMG_FMT_I420, p->width, p->height, 16);
	g_autoptr(GArray) loop = g_array_new(FALSE, FALSE, sizeof(struct frame));
	unsigned loop_n = p->loop_ms * p->fps / 1000, key_n = MAX(KEYFRAMES_MS * p->fps / 1000, 1);
	start(&codec, p);
	for (uint64_t n = 0; from_ms + n * 1000 / p->fps < to_ms; n++) {
		uint64_t time_ms = from_ms + n * 1000 / p->fps;
		if (!loop_n || n < loop_n) {
			draw(image, p, n, time_ms);
			struct frame made = encode(&codec, image, n * 1000 / p->fps, 1000 / p->fps,
						   n % key_n == 0);
			g_array_append_val(loop, made);
		}
		const struct frame *frame =
			&g_array_index(loop, struct frame, loop_n ? n % loop_n : n);
		if (frame->length > 0)
			sample_file_block(file, time_ms, frame->keyframe, frame->data,
					  frame->length);
	}
	for (guint i = 0; i < loop->len; i++)
		g_free(g_array_index(loop, struct frame, i).data);
	vpx_codec_destroy(&codec);
	vpx_img_free(image);
}

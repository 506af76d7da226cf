#include "tests/unit/recordings/matroska_reader.h"
#include <string.h>

#define UNKNOWN UINT64_MAX

struct reader {
	const uint8_t *data;
	size_t length;
	uint64_t cluster_ms;
};

/* A number whose first byte says how long it is (RFC 8794, section 4); 0 bytes: cut off. */
static size_t read_vint(const uint8_t *p, size_t length, bool marker, uint64_t *ret)
{
	size_t n = 1;
	if (length == 0 || p[0] == 0)
		return 0;
	while (!(p[0] & (0x80 >> (n - 1))))
		n++;
	if (length < n)
		return 0;
	uint64_t number = marker ? p[0] : p[0] & ((0x80u >> (n - 1)) - 1);
	bool ones = !marker && number == (0x80u >> (n - 1)) - 1;
	for (size_t i = 1; i < n; i++) {
		number = number << 8 | p[i];
		ones &= p[i] == 0xff;
	}
	*ret = ones ? UNKNOWN : number;
	return n;
}

static uint64_t read_number(const uint8_t *p, uint64_t size)
{
	uint64_t number = 0;
	for (uint64_t i = 0; i < size; i++)
		number = number << 8 | p[i];
	return number;
}

static double read_float(const uint8_t *p, uint64_t size)
{
	g_assert_cmpuint(size, ==, 8);
	uint64_t bits = read_number(p, size);
	double number;
	memcpy(&number, &bits, sizeof number);
	return number;
}

static void read_text(char *out, size_t capacity, const uint8_t *p, uint64_t size)
{
	g_assert_cmpuint(size, <, capacity);
	memcpy(out, p, size);
	out[size] = '\0';
}

static void read_block(struct matroska_file *file, uint64_t cluster_ms, const uint8_t *p,
		       uint64_t size)
{
	g_assert_cmpuint(size, >=, 4);
	g_assert_cmphex(p[0], ==, 0x81);
	struct matroska_block block = {
		.time_ms = cluster_ms + (uint64_t)(int16_t)(p[1] << 8 | p[2]),
		.keyframe = p[3] & 0x80,
		.data = p + 4,
		.length = size - 4,
	};
	g_array_append_val(file->blocks, block);
}

static bool is_master(uint64_t id)
{
	return id == 0x1a45dfa3 || id == 0x18538067 || id == 0x1549a966 || id == 0x1654ae6b ||
	       id == 0xae || id == 0xe0 || id == 0xe1 || id == 0x1f43b675;
}

static void read_leaf(struct matroska_file *file, struct reader *reader, uint64_t id,
		      const uint8_t *p, uint64_t size)
{
	switch (id) {
	case 0x4282:
		read_text(file->doc_type, sizeof file->doc_type, p, size);
		break;
	case 0x86:
		read_text(file->codec, sizeof file->codec, p, size);
		break;
	case 0x22b59d:
		read_text(file->language, sizeof file->language, p, size);
		break;
	case 0x536e:
		read_text(file->name, sizeof file->name, p, size);
		break;
	case 0x83:
		file->type = read_number(p, size);
		break;
	case 0xb0:
		file->width = read_number(p, size);
		break;
	case 0xba:
		file->height = read_number(p, size);
		break;
	case 0x2ad7b1:
		file->scale_ns = read_number(p, size);
		break;
	case 0x4489:
		file->duration_ms = read_float(p, size);
		break;
	case 0xe7:
		reader->cluster_ms = read_number(p, size);
		break;
	case 0xa3:
		read_block(file, reader->cluster_ms, p, size);
		break;
	default:
		break;
	}
}

bool matroska_file_read(struct matroska_file *file, const uint8_t *data, size_t length)
{
	struct reader reader = {data, length, 0};
	*file = (struct matroska_file){
		.blocks = g_array_new(FALSE, FALSE, sizeof(struct matroska_block))};
	for (size_t at = 0; at < length;) {
		uint64_t id, size;
		size_t n = read_vint(data + at, length - at, true, &id);
		size_t m = n ? read_vint(data + at + n, length - at - n, false, &size) : 0;
		if (n == 0 || m == 0)
			break;
		at += n + m;
		if (id == 0x18538067)
			file->segment_ended = size == length - at;
		file->clusters += id == 0x1f43b675;
		file->open_clusters += id == 0x1f43b675 && size == UNKNOWN;
		if (is_master(id)) /* what it holds follows; where it ends, another id tells */
			continue;
		if (size > length - at)
			break;
		read_leaf(file, &reader, id, data + at, size);
		at += size;
	}
	return strcmp(file->doc_type, "matroska") == 0 && file->scale_ns == 1000000 &&
	       file->codec[0] != '\0';
}

void matroska_file_clear(struct matroska_file *file)
{
	g_clear_pointer(&file->blocks, g_array_unref);
}

/*
 * A disk as bad as a test wants it, for files below "/recordings/": preloaded into server and
 * studio (LD_PRELOAD). DISK_CONTROL names a file of struct disk_control, which the test changes
 * while it runs; DISK_LOG one that gets every write, for what a power cut would leave
 * (power_cut.py).
 */
#pragma once

#include <stdint.h>

struct disk_control {
	uint32_t write_ms; /* that a write takes */
	uint32_t sync_ms;  /* that bringing something to the disk takes */
	uint32_t blocked;  /* a write doesn't return while this is set */
	uint32_t full;	   /* ENOSPC for what makes a file longer, after half of the bytes */
	uint64_t sequence; /* of the log's records, in all processes */
};

/* A record of the log: this, the path, the data. Host's byte order. */
struct disk_record {
	uint64_t sequence;
	uint64_t time_us; /* monotonic */
	/* W: data at offset; T: the file has so many bytes; C: a file was made, D: a folder; U:
	 * unlinked; S: what was logged before the sequence in offset is on the disk (of a folder:
	 * names). */
	uint64_t offset;
	uint32_t kind, path_length, length, unused;
};

/* `tongsheng archive FOLDER`: as the commands in signaling/commands.h, to which main.c adds it.
 * Ends with EX_TEMPFAIL (sysexits.h) when another process makes that archive now. */
#pragma once

int command_archive(int argc, char **argv);

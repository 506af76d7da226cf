/* `tongsheng archive FOLDER`: as the commands in signaling/commands.h, to which main.c adds it. */
#pragma once

int command_archive(int argc, char **argv);

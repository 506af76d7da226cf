/* `tongsheng studio --socket PATH`: as the commands in signaling/commands.h, to which main.c adds
 * it. */
#pragma once

int command_studio(int argc, char **argv);

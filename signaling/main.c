#include "recordings/command_archive.h"
#include "recordings/command_studio.h"
#include "signaling/commands.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int command_version(int argc, char **argv)
{
	puts("tongsheng " TONGSHENG_VERSION);
	return 0;
}

static int command_help(int argc, char **argv);

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"serve", command_serve, "run the server"},
	{"token", command_token, "print an invitation's token or link"},
	{"meeting", command_meeting, "create, list, show or end meetings"},
	{"record", command_record, "start, pause, stop or list recordings; make an archive again"},
	{"backup", command_backup, "copy database and archive to a folder"},
	{"minutes-pdf", command_minutes_pdf, "print minutes; the server starts it by itself"},
	{"studio", command_studio, "mix programs; the server starts it by itself"},
	{"archive", command_archive, "make the archive of a recording; the server does it by itself"},
	{"version", command_version, "print the version"},
	{"help", command_help, "print this"},
};

static int command_help(int argc, char **argv)
{
	puts("Tongsheng, a conference relay. Usage: tongsheng COMMAND [OPTION...]\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		printf("  %-12s %s\n", commands[i].name, commands[i].help);
	puts("\ntongsheng COMMAND --help tells a command's options.");
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "help";

	/* Text is UTF-8 wherever we run; numbers and dates stay as protocols write them. */
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(077); /* the store, keys, control socket: nobody else's */
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc > 1 ? argc - 1 : argc,
					       argc > 1 ? argv + 1 : argv);
	fprintf(stderr, "tongsheng: no command \"%s\"; see tongsheng help\n", name);
	return 2;
}

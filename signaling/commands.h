/*
 * The program's commands: main.c looks the first argument up in its table and calls one of these. argv[0] is the command's
 * name ("token"), so that GOption's help reads right. Returns the exit status; errors have been printed to stderr.
 */
#pragma once

int command_serve(int argc, char **argv);
int command_token(int argc, char **argv);
int command_meeting(int argc, char **argv);
int command_minutes_pdf(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_record(int argc, char **argv);

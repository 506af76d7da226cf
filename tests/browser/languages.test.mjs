/** The languages of a meeting in `make test`: three pages, and peers in C for all others. The whole cast is in `make test-long`. */
import { languageStory } from "./languages_story.mjs";

languageStory("language channels", { standIns: true, handOvers: 20, timeout: 150_000 });

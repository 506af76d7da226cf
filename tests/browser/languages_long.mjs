/** `make test-long`: the languages of a meeting with a page for everybody but the device that interprets. */
import { languageStory } from "./languages_story.mjs";

languageStory("language channels, the whole cast", { standIns: false, handOvers: 20, timeout: 300_000 });

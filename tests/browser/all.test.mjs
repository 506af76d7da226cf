/** What `run.sh` runs by itself: all suites in one process, which share their browsers. */
import "./meeting.test.mjs";
import "./lobby.test.mjs";
import "./listener.test.mjs";
import "./looks.test.mjs";
import "./status.test.mjs";
import "./admin.test.mjs";
import "./overload.test.mjs";
import "./console.test.mjs";
import "./languages.test.mjs";
import "./recording.test.mjs";
import "./minutes.test.mjs";
import "./archive_page.test.mjs";
import "./archive.test.mjs";
import "./archive_editors.test.mjs";
import "./files.test.mjs";

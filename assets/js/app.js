// SPDX-License-Identifier: EUPL-1.2
// The one script of every page. Everything works without it; it only makes waiting and typing shorter.
import 'htmx.org/dist/htmx.esm.js';
import './parts/requests.js';
import './parts/drafts.js';
import './parts/manners.js';
import './parts/keys.js';
import './parts/passkeys.js';
import './parts/bell.js';

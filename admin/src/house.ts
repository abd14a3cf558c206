/** What most screens are made of. It comes with the door, in one file with it: each file of its own is a way to the server and back. */
import './keys.svelte';
import './live.svelte';
import './locale/format';
import './told.svelte';
import './ui/Badge.svelte';
import './ui/Icon.svelte';
import './ui/Loaded.svelte';
import './ui/loader.svelte';
import './ui/Modal.svelte';
import './ui/Page.svelte';
import './ui/Refusal.svelte';
import './ui/Rows.svelte';
import './ui/sending.svelte';
import './ui/Step.svelte';
import './ui/wrong';
import './waiting.svelte';

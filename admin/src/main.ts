import './app.css';
import './house';
import { mount } from 'svelte';
import App from './App.svelte';
import { remembered, speak } from './locale/locale.svelte';
import { start } from './session.svelte';

// Neither waits for the other.
const [words, session] = [speak(remembered()), start()];
await words;
mount(App, { target: document.getElementById('lamin')! });
await session;

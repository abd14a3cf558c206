import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { remembered, speak } from './locale/locale.svelte';
import { start } from './session.svelte';

await speak(remembered());
mount(App, { target: document.getElementById('lamin')! });
await start();

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { config } from './config.js';
import { Playground } from './Playground.jsx';

document.title = config.title;
createRoot(document.getElementById('root')).render(<Playground />);

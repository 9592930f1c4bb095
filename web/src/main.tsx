// Where the dashboard begins: the look, the router, who is signed in, and the shell.
import './design/tokens.css'
import './design/base.css'
import './design/shell.css'
import './design/components.css'
import './design/table.css'
import './design/figures.css'
import './design/overlays.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { applyPreferences } from './preferences.ts'
import { startRouter } from './router.ts'
import { startSession } from './session.ts'

applyPreferences()
startRouter()
void startSession()
render(<App />, document.getElementById('app')!)

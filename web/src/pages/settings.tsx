// Settings: how the dashboard looks to you, your password and second factor, your sessions and tokens, and how the house is set up.
import { api } from '../api.ts'
import { SelectField } from '../components/field.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Show } from '../components/states.tsx'
import { toastError } from '../components/toasts.tsx'
import { useLoad } from '../load.ts'
import { type Preferences, preferences } from '../preferences.ts'
import { session } from '../session.ts'
import { at, zoneName } from '../text/time.ts'
import { SessionsPanel } from './settings/sessions-panel.tsx'
import { ChangePassword, SecondFactorPanel } from './settings/sign-in-panels.tsx'
import { TokensPanel } from './settings/tokens-panel.tsx'
import './settings/settings.css'

export default function Settings() {
  const user = session.value?.user
  return (
    <Page title="Settings">
      <div class="settings">
        <div class="stack">
          <LookPanel />
          <SecondFactorPanel on={user?.secondFactor ?? false} />
        </div>
        <ChangePassword />
        <HousePanel />
        <SessionsPanel />
        <TokensPanel />
      </div>
    </Page>
  )
}

/** Each choice is kept at once: there is nothing to forget to save. */
function LookPanel() {
  const set = (change: Partial<Preferences>): void => {
    const before = preferences.value
    preferences.value = { ...before, ...change }
    api('PUT /settings', { body: preferences.value }).catch((error: unknown) => {
      preferences.value = before
      toastError(error)
    })
  }
  const { theme, timeZone, upColour, density } = preferences.value
  return (
    <Panel title="Look">
      <div class="settings-form">
        <SelectField
          label="Theme"
          value={theme}
          onValue={value => set({ theme: value })}
          options={[
            { value: 'system', label: 'As the system' },
            { value: 'dark', label: 'Dark' },
            { value: 'light', label: 'Light' },
          ]}
        />
        <SelectField
          label="Time zone"
          hint={`Times are shown in ${zoneName()}.`}
          value={timeZone}
          onValue={value => set({ timeZone: value })}
          options={[
            { value: 'UTC', label: 'UTC' },
            { value: 'local', label: 'Mine' },
          ]}
        />
        <SelectField
          label="Colour of what rises"
          value={upColour}
          onValue={value => set({ upColour: value })}
          options={[
            { value: 'green', label: 'Green' },
            { value: 'red', label: 'Red' },
          ]}
        />
        <SelectField
          label="Density"
          value={density}
          onValue={value => set({ density: value })}
          options={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'compact', label: 'Compact' },
          ]}
        />
        <p class="swatches" aria-hidden="true">
          <span class="badge up">+1.25 % up</span> <span class="badge down">−1.25 % down</span>
        </p>
      </div>
    </Panel>
  )
}

function HousePanel() {
  const settings = useLoad(signal => api('GET /settings', { signal }), [])
  return (
    <Panel title="This house">
      <Show from={settings}>
        {({ house }) => (
          <dl class="house">
            <Line label="Version" value={house.version} />
            <Line label="Database" value={house.database} />
            <Line label="Sessions" value={house.sessions} />
            <Line label="Access token lives" value={`${house.accessMinutes} minutes`} />
            <Line label="Signed out when idle for" value={`${house.idleMinutes} minutes`} />
            <Line label="Signed out after" value={`${house.sessionHours} hours`} />
            <Line
              label="Certificate ends"
              value={house.certificateExpires === null ? 'not known' : `${at(house.certificateExpires)} ${zoneName()}`}
            />
            <Line label="Client certificates" value={house.clientCertificates ? 'needed' : 'not needed'} />
          </dl>
        )}
      </Show>
      <p>
        <a href="/api/docs">API documentation</a>
      </p>
    </Panel>
  )
}

const Line = ({ label, value }: { readonly label: string; readonly value: string }) => (
  <div>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
)

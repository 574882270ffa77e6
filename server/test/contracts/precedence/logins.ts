/** What refuses passwords, roles and sessions. */
import type { Precedence } from './precedence.ts'

/** Their precedence. */
export const LOGIN_PRECEDENCES: readonly Precedence[] = [
  {
    kind: 'set_roles',
    line: 'roles {user} operator {if}',
    slots: { user: 'ann' },
    given: ['user ann', 'user gone', 'erase gone'],
    reasons: [
      ['user_not_found', { user: 'nobody' }],
      ['roles_changed', { if: 'if=admin' }],
      ['user_erased', { user: 'gone' }],
    ],
  },
  {
    kind: 'set_password',
    line: 'password {user} p {if} {old}',
    slots: { user: 'ann' },
    given: ['user ann', 'password ann p', 'user gone', 'erase gone'],
    reasons: [
      ['user_not_found', { user: 'nobody' }],
      ['roles_changed', { if: 'if=admin' }],
      ['password_changed', { old: 'old=q' }],
      ['user_erased', { user: 'gone' }],
    ],
  },
  {
    kind: 'start_session',
    line: 'login ann s {password}',
    slots: { password: 'p' },
    given: ['user ann', 'password ann p'],
    reasons: [['password_changed', { password: 'q' }]],
  },
  {
    kind: 'refresh_session',
    line: 'refresh ann {session} 1',
    slots: { session: 's' },
    given: ['user ann', 'password ann p', 'login ann s p'],
    reasons: [['session_not_found', { session: 'none' }]],
  },
  {
    kind: 'end_session',
    line: 'logout ann {session}',
    slots: { session: 's' },
    given: ['user ann', 'password ann p', 'login ann s p'],
    reasons: [['session_not_found', { session: 'none' }]],
  },
]

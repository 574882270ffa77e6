/** How users log in: roles, passwords, and sessions from the login to their end. */
import type { LedgerCase } from './ledger-case.ts'

const ANN = ['user ann', 'password ann p']

/** The cases. */
export const LOGIN_CASES: readonly LedgerCase[] = [
  {
    name: 'a user gets other roles, and the same again',
    given: ['user ann'],
    when: [
      'roles ann auditor,operator -> ok',
      'roles ann auditor,operator -> ok',
      'roles ann user if=auditor,operator -> ok',
      'roles none admin -> user_not_found id',
    ],
  },
  {
    name: 'roles and passwords are set only as long as the roles are those that were looked at',
    given: ['user ann', 'roles ann operator'],
    when: [
      'roles ann admin if=user -> roles_changed roles',
      'password ann p if=user -> roles_changed roles',
      'password ann p if=operator -> ok',
    ],
  },
  {
    name: 'a password is set, changed by who knows it, and taken away',
    given: ['user ann'],
    when: [
      'nopassword ann -> ok',
      'password ann p -> ok',
      'password ann r old=q -> password_changed password',
      'password ann r old=p -> ok',
      'nopassword ann -> ok',
      'nopassword ann -> ok',
      'password ann r old=r -> password_changed password',
      'password none p -> user_not_found id',
    ],
  },
  {
    name: 'who logs in must have proven the password that there is',
    given: ['user bob', ...ANN],
    when: [
      'login ann s q -> password_changed password',
      'login bob s p -> password_changed password',
      'login none s p -> password_changed password',
      'login ann s p -> ok',
      ['password ann q -> ok', 'login ann t p -> password_changed password', 'login ann u q -> ok'],
    ],
  },
  {
    name: 'a session goes on from one refresh token to the next',
    given: [...ANN, 'login ann s p'],
    when: [
      'refresh ann s 2 -> session_not_found session_id',
      'refresh ann s 1 -> ok',
      'refresh ann s 2 -> ok',
      'refresh ann s 3 -> ok',
      'refresh ann none 1 -> session_not_found session_id',
    ],
  },
  {
    name: 'a refresh token is taken once more within the grace, and it is the same next one',
    given: [...ANN, 'login ann s p', 'refresh ann s 1'],
    when: ['refresh ann s 1 -> ok', 'refresh ann s 2 -> ok', 'refresh ann s 3 -> ok'],
  },
  {
    name: 'a refresh token that was used before the grace ends the session',
    given: [...ANN, 'login ann s p', 'login ann t p', 'refresh ann s 1', 'at 01:00'],
    when: [
      'refresh ann s 1 -> ok',
      'refresh ann s 2 -> session_not_found session_id',
      'refresh ann t 1 -> ok',
    ],
  },
  {
    name: 'a token two before is too old for the grace',
    given: [...ANN, 'login ann s p'],
    when: [
      [
        'refresh ann s 1 -> ok',
        'refresh ann s 1 -> ok',
        'refresh ann s 2 -> ok',
        'refresh ann s 1 -> ok',
        'refresh ann s 3 -> session_not_found session_id',
      ],
    ],
  },
  {
    name: 'a session of another user is none',
    given: [...ANN, 'user bob', 'password bob p', 'login ann s p'],
    when: [
      'refresh bob s 1 -> session_not_found session_id',
      'logout bob s -> session_not_found session_id',
      'logout bob -> ok',
      'refresh ann s 1 -> ok',
    ],
  },
  {
    name: 'one session ends, or all of a user',
    given: [...ANN, 'login ann s p', 'login ann t p', 'login ann u p'],
    when: [
      'logout ann s -> ok',
      'logout ann s -> session_not_found session_id',
      'refresh ann s 1 -> session_not_found session_id',
      'refresh ann t 1 -> ok',
      'logout ann -> ok',
      'refresh ann t 2 -> session_not_found session_id',
      'refresh ann u 1 -> session_not_found session_id',
    ],
  },
  {
    name: 'another password, or none, ends all sessions',
    given: [...ANN, 'login ann s p'],
    when: [
      'password ann q old=p -> ok',
      'refresh ann s 1 -> session_not_found session_id',
      'login ann t q -> ok',
      'nopassword ann -> ok',
      'refresh ann t 1 -> session_not_found session_id',
    ],
  },
  {
    name: 'a session is over when it is not refreshed, and goes on when it is',
    given: [...ANN, 'login ann s p', 'login ann t p'],
    when: [
      'at 01-30T23:59',
      'overdue ann -> ok',
      'refresh ann s 1 -> ok',
      'at 01-31T00:01',
      'refresh ann t 1 -> session_not_found session_id',
      'overdue ann -> ok',
      'logout ann t -> session_not_found session_id',
      'refresh ann s 2 -> ok',
    ],
  },
  {
    name: 'however often it is refreshed, a session is over in the end',
    given: [...ANN, 'login ann s p'],
    when: [
      'at 01-30T00:00',
      'refresh ann s 1 -> ok',
      'at 02-28T00:00',
      'refresh ann s 2 -> ok',
      'at 03-29T00:00',
      'refresh ann s 3 -> ok',
      'at 04-01T00:01',
      'refresh ann s 4 -> session_not_found session_id',
    ],
  },
  {
    name: 'the session that was used longest ago makes room for one too many',
    given: [...ANN, ...Array.from({ length: 20 }, (_, i) => `login ann s${i} p`), 'refresh ann s0 1'],
    when: [
      'login ann t p -> ok',
      'refresh ann s1 1 -> session_not_found session_id',
      'refresh ann s0 2 -> ok',
      'refresh ann s2 1 -> ok',
    ],
  },
]

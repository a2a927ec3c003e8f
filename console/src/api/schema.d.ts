/**
 * The hub's public API as openapi-fetch wants to know it, made from its OpenAPI document. Not to be edited: run "npm run docs".
 */

export interface Paths {
  '/asyncapi.json': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/master-key': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * Where the process that answers has its keys from
               */
              source: 'file' | 'environment'
              keys: {
                /**
                 * Tells the key, and nothing of it
                 */
                id: string
                /**
                 * retiring: a rotation is under way; retired: nothing is sealed under it any longer
                 */
                state: 'current' | 'retiring' | 'retired'
                since: string
              }[]
              /**
               * Rows that are still to be sealed under the current key
               */
              left: number
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/master-key/rotations': {
    post: {
      parameters: {}
      responses: {
        202: {
          content: {
            'application/json': {
              /**
               * Where the process that answers has its keys from
               */
              source: 'file' | 'environment'
              keys: {
                /**
                 * Tells the key, and nothing of it
                 */
                id: string
                /**
                 * retiring: a rotation is under way; retired: nothing is sealed under it any longer
                 */
                state: 'current' | 'retiring' | 'retired'
                since: string
              }[]
              /**
               * Rows that are still to be sealed under the current key
               */
              left: number
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              service: string
              documentation: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/healthcheck': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              status: 'pass'
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/login': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            username: string
            password: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              token: string
              /**
               * The id of the token
               */
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/logout': {
    post: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              loggedOut: true
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/session': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            username: string
            password: string
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                kind: 'user' | 'service'
                username: string
                firstname?: string
                lastname?: string
                status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                confirmed: boolean
                tenant?: string
                roles: {
                  _id: string
                  id: string
                  name: string
                  description: string
                  type: 'SYSTEM' | 'TENANT'
                  /**
                   * Whether it is a role of the hub
                   */
                  isGlobal: boolean
                  permissions: string[]
                  tenant?: string
                }[]
                permissions: string[]
                createdAt: string
                updatedAt: string
                /**
                 * Whether it may do everything
                 */
                isAdmin: boolean
                tokenId: string
                tokenType: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
                tokenExpiresAt?: string
                /**
                 * The flow whose runs act by the token
                 */
                flowId?: string
                /**
                 * The secrets that these runs may read
                 */
                secretIds?: string[]
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {}
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tokens': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
          accountId?: string
          token?: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  id: string
                  accountId: string
                  /**
                   * The tenant it acts in
                   */
                  tenant?: string
                  type: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
                  inquirer?: string
                  /**
                   * Who made it
                   */
                  initiator?: string
                  description?: string
                  flowId?: string
                  /**
                   * The secrets that the runs of the flow may read by it
                   */
                  secretIds?: string[]
                  /**
                   * Those of its own
                   */
                  permissions: string[]
                  /**
                   * What it allows at most of what the account may do; absent = all
                   */
                  scope?: string[]
                  expireAt?: string
                  createdAt: string
                  /**
                   * To about a minute
                   */
                  lastUsedAt?: string
                  /**
                   * By how many values it is known, more than one while they overlap
                   */
                  values: number
                  /**
                   * Whether it is the one of this request
                   */
                  isCurrent: boolean
                }[]
              | {
                  data: {
                    _id: string
                    id: string
                    accountId: string
                    /**
                     * The tenant it acts in
                     */
                    tenant?: string
                    type: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
                    inquirer?: string
                    /**
                     * Who made it
                     */
                    initiator?: string
                    description?: string
                    flowId?: string
                    /**
                     * The secrets that the runs of the flow may read by it
                     */
                    secretIds?: string[]
                    /**
                     * Those of its own
                     */
                    permissions: string[]
                    /**
                     * What it allows at most of what the account may do; absent = all
                     */
                    scope?: string[]
                    expireAt?: string
                    createdAt: string
                    /**
                     * To about a minute
                     */
                    lastUsedAt?: string
                    /**
                     * By how many values it is known, more than one while they overlap
                     */
                    values: number
                    /**
                     * Whether it is the one of this request
                     */
                    isCurrent: boolean
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            /**
             * Who is to act by it; default you
             */
            accountId?: string
            tenant?: string
            expiresIn?: string | -1
            /**
             * What it is for
             */
            inquirer?: string
            description?: string
            /**
             * @maxItems 200
             */
            customPermissions?: string[]
            /**
             * @maxItems 200
             */
            scope?: string[]
            new?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              token: string
              id: string
              expireAt?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/run-tokens': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            flowId: string
            /**
             * The tenant of the flow
             */
            tenant: string
            /**
             * Who started the flow, then its owners
             *
             * @maxItems 100
             */
            accounts: string[]
            /**
             * What the runs may do at most of what the account may do; default nothing
             *
             * @maxItems 200
             */
            scope?: string[]
            /**
             * Which of the secrets of the account the runs may read; default none
             *
             * @maxItems 100
             */
            secrets?: string[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              token: string
              id: string
              expireAt?: string
              /**
               * In whose name the runs act by it
               */
              accountId: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tokens/introspect': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            token: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
              /**
               * Whether it may do everything
               */
              isAdmin: boolean
              tokenId: string
              tokenType: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
              tokenExpiresAt?: string
              /**
               * The flow whose runs act by the token
               */
              flowId?: string
              /**
               * The secrets that these runs may read
               */
              secretIds?: string[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tokens/refresh': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              token?: string
              id: string
              expireAt?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tokens/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              accountId: string
              /**
               * The tenant it acts in
               */
              tenant?: string
              type: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
              inquirer?: string
              /**
               * Who made it
               */
              initiator?: string
              description?: string
              flowId?: string
              /**
               * The secrets that the runs of the flow may read by it
               */
              secretIds?: string[]
              /**
               * Those of its own
               */
              permissions: string[]
              /**
               * What it allows at most of what the account may do; absent = all
               */
              scope?: string[]
              expireAt?: string
              createdAt: string
              /**
               * To about a minute
               */
              lastUsedAt?: string
              /**
               * By how many values it is known, more than one while they overlap
               */
              values: number
              /**
               * Whether it is the one of this request
               */
              isCurrent: boolean
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tokens/{id}/values': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * A number and one of s, m, h, d, w, y: `90m`
             */
            overlap?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              token: string
              id: string
              expireAt?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
          'page[after]'?: string
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'username' | '-username'
          status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
          tenant?: string
          role?: string
          /**
           * @maxItems 100
           */
          userId?: string[]
          /**
           * @maxItems 100
           */
          username?: string[]
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  id: string
                  kind: 'user' | 'service'
                  username: string
                  firstname?: string
                  lastname?: string
                  status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                  confirmed: boolean
                  tenant?: string
                  roles: {
                    _id: string
                    id: string
                    name: string
                    description: string
                    type: 'SYSTEM' | 'TENANT'
                    /**
                     * Whether it is a role of the hub
                     */
                    isGlobal: boolean
                    permissions: string[]
                    tenant?: string
                  }[]
                  permissions: string[]
                  createdAt: string
                  updatedAt: string
                }[]
              | {
                  data: {
                    _id: string
                    id: string
                    kind: 'user' | 'service'
                    username: string
                    firstname?: string
                    lastname?: string
                    status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                    confirmed: boolean
                    tenant?: string
                    roles: {
                      _id: string
                      id: string
                      name: string
                      description: string
                      type: 'SYSTEM' | 'TENANT'
                      /**
                       * Whether it is a role of the hub
                       */
                      isGlobal: boolean
                      permissions: string[]
                      tenant?: string
                    }[]
                    permissions: string[]
                    createdAt: string
                    updatedAt: string
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            username: string
            /**
             * Any characters; none of the common ones, and 8 characters beside the username and the name of the tenant
             */
            password: string
            firstname?: string
            lastname?: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            tenant?: string
            /**
             * Default: that of a plain user, if you may give it
             *
             * @maxItems 100
             */
            roles?: string[]
            /**
             * Given directly: within the tenant, to a user without tenant everywhere
             *
             * @maxItems 200
             */
            permissions?: string[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
              /**
               * Whether it may do everything
               */
              isAdmin: boolean
              tokenId: string
              tokenType: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
              tokenExpiresAt?: string
              /**
               * The flow whose runs act by the token
               */
              flowId?: string
              /**
               * The secrets that these runs may read
               */
              secretIds?: string[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            firstname?: string | null
            lastname?: string | null
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
              /**
               * Whether it may do everything
               */
              isAdmin: boolean
              tokenId: string
              tokenType: 'SELF' | 'DELEGATE' | 'EPHEMERAL_SERVICE_ACCOUNT' | 'PERSISTENT'
              tokenExpiresAt?: string
              /**
               * The flow whose runs act by the token
               */
              flowId?: string
              /**
               * The secrets that these runs may read
               */
              secretIds?: string[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/password': {
    put: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            currentPassword: string
            /**
             * Any characters; none of the common ones, and 8 characters beside the username and the name of the tenant
             */
            newPassword: string
            /**
             * Whether the tokens that you have made end too
             */
            endTokens?: boolean
          }
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/memberships': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                tenant: string
                name: string
                status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                /**
                 * Whether a login acts in it
                 */
                isDefault: boolean
                /**
                 * In this tenant
                 */
                roles: {
                  _id: string
                  id: string
                  name: string
                  description: string
                  type: 'SYSTEM' | 'TENANT'
                  /**
                   * Whether it is a role of the hub
                   */
                  isGlobal: boolean
                  permissions: string[]
                  tenant?: string
                }[]
                /**
                 * Those given directly, in this tenant
                 */
                permissions: string[]
                /**
                 * Whether this token acts in it
                 */
                isCurrent: boolean
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/permissions': {
    get: {
      parameters: {
        query?: {
          permission?: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                name: string
                description: string
                allowed: boolean
                reasons: {
                  through: 'role' | 'account' | 'membership' | 'token'
                  role?: {
                    id: string
                    name: string
                  }
                  /**
                   * Absent = everywhere
                   */
                  tenant?: string
                  /**
                   * The permission that is given: this one, "tenant.all" or "all"
                   */
                  by: string
                  /**
                   * The reason in words
                   */
                  text: string
                }[]
              }[]
              /**
               * The tenant in which this holds
               */
              tenant?: string
              /**
               * Why nothing of it is in force at the moment
               */
              suspended?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/tenant': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            tenant: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * The id of the token
               */
              id: string
              /**
               * Absent where it comes as a cookie
               */
              token?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            username?: string
            /**
             * Any characters; none of the common ones, and 8 characters beside the username and the name of the tenant
             */
            password?: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            confirmed?: boolean
            /**
             * @maxItems 100
             */
            roles?: string[]
            /**
             * Given directly: within the tenant, to a user without tenant everywhere
             *
             * @maxItems 200
             */
            permissions?: string[]
            firstname?: string | null
            lastname?: string | null
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    put: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            username: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            confirmed?: boolean
            firstname?: string | null
            lastname?: string | null
            /**
             * Any characters; none of the common ones, and 8 characters beside the username and the name of the tenant
             */
            password?: string
            /**
             * @maxItems 100
             */
            roles?: string[]
            /**
             * Given directly: within the tenant, to a user without tenant everywhere
             *
             * @maxItems 200
             */
            permissions?: string[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/{id}/memberships': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                tenant: string
                name: string
                status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                /**
                 * Whether a login acts in it
                 */
                isDefault: boolean
                /**
                 * In this tenant
                 */
                roles: {
                  _id: string
                  id: string
                  name: string
                  description: string
                  type: 'SYSTEM' | 'TENANT'
                  /**
                   * Whether it is a role of the hub
                   */
                  isGlobal: boolean
                  permissions: string[]
                  tenant?: string
                }[]
                /**
                 * Those given directly, in this tenant
                 */
                permissions: string[]
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/{id}/permissions': {
    get: {
      parameters: {
        query?: {
          permission?: string
          tenant?: string
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                name: string
                description: string
                allowed: boolean
                reasons: {
                  through: 'role' | 'account' | 'membership' | 'token'
                  role?: {
                    id: string
                    name: string
                  }
                  /**
                   * Absent = everywhere
                   */
                  tenant?: string
                  /**
                   * The permission that is given: this one, "tenant.all" or "all"
                   */
                  by: string
                  /**
                   * The reason in words
                   */
                  text: string
                }[]
              }[]
              /**
               * The tenant in which this holds
               */
              tenant?: string
              /**
               * Why nothing of it is in force at the moment
               */
              suspended?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
          'page[after]'?: string
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'name' | '-name'
          status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  id: string
                  name: string
                  status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                  confirmed: boolean
                  createdAt: string
                  updatedAt: string
                }[]
              | {
                  data: {
                    _id: string
                    id: string
                    name: string
                    status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                    confirmed: boolean
                    createdAt: string
                    updatedAt: string
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            name: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            confirmed?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/import': {
    post: {
      parameters: {
        query?: {
          dryRun?: boolean
        }
      }
      requestBody: {
        content: {
          'application/json': {
            format: 'open-integration-hub/tenant'
            version: 1
            tenant: {
              id: string
              name: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
            }
            /**
             * @maxItems 1000
             */
            roles: {
              id: string
              name: string
              description: string
              /**
               * @maxItems 200
               */
              permissions: string[]
            }[]
            /**
             * @maxItems 20000
             */
            users: {
              id: string
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
              /**
               * An Argon2id PHC string; without it the user cannot log in
               */
              passwordHash?: string
              /**
               * Of the file, or of the hub
               *
               * @maxItems 100
               */
              roles: string[]
              /**
               * Given directly, within the tenant
               *
               * @maxItems 200
               */
              permissions: string[]
            }[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
              name: string
              /**
               * How many
               */
              roles: number
              /**
               * How many
               */
              users: number
              dryRun: boolean
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            confirmed?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    put: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name: string
            status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
            confirmed?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/profile': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/export': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              format: 'open-integration-hub/tenant'
              version: 1
              tenant: {
                id: string
                name: string
                status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                confirmed: boolean
                createdAt: string
              }
              /**
               * @maxItems 1000
               */
              roles: {
                id: string
                name: string
                description: string
                /**
                 * @maxItems 200
                 */
                permissions: string[]
              }[]
              /**
               * @maxItems 20000
               */
              users: {
                id: string
                username: string
                firstname?: string
                lastname?: string
                status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                confirmed: boolean
                createdAt: string
                /**
                 * An Argon2id PHC string; without it the user cannot log in
                 */
                passwordHash?: string
                /**
                 * Of the file, or of the hub
                 *
                 * @maxItems 100
                 */
                roles: string[]
                /**
                 * Given directly, within the tenant
                 *
                 * @maxItems 200
                 */
                permissions: string[]
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/users': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
          'page[after]'?: string
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'username' | '-username'
          status?: 'ACTIVE' | 'DISABLED' | 'PENDING'
          role?: string
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  id: string
                  kind: 'user' | 'service'
                  username: string
                  firstname?: string
                  lastname?: string
                  status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                  confirmed: boolean
                  tenant?: string
                  roles: {
                    _id: string
                    id: string
                    name: string
                    description: string
                    type: 'SYSTEM' | 'TENANT'
                    /**
                     * Whether it is a role of the hub
                     */
                    isGlobal: boolean
                    permissions: string[]
                    tenant?: string
                  }[]
                  permissions: string[]
                  createdAt: string
                  updatedAt: string
                }[]
              | {
                  data: {
                    _id: string
                    id: string
                    kind: 'user' | 'service'
                    username: string
                    firstname?: string
                    lastname?: string
                    status: 'ACTIVE' | 'DISABLED' | 'PENDING'
                    confirmed: boolean
                    tenant?: string
                    roles: {
                      _id: string
                      id: string
                      name: string
                      description: string
                      type: 'SYSTEM' | 'TENANT'
                      /**
                       * Whether it is a role of the hub
                       */
                      isGlobal: boolean
                      permissions: string[]
                      tenant?: string
                    }[]
                    permissions: string[]
                    createdAt: string
                    updatedAt: string
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/users/{userId}': {
    put: {
      parameters: {
        path: {
          id: string
          userId: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * @maxItems 100
             */
            roles?: string[]
            /**
             * Given directly: within the tenant, to a user without tenant everywhere
             *
             * @maxItems 200
             */
            permissions?: string[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              kind: 'user' | 'service'
              username: string
              firstname?: string
              lastname?: string
              status: 'ACTIVE' | 'DISABLED' | 'PENDING'
              confirmed: boolean
              tenant?: string
              roles: {
                _id: string
                id: string
                name: string
                description: string
                type: 'SYSTEM' | 'TENANT'
                /**
                 * Whether it is a role of the hub
                 */
                isGlobal: boolean
                permissions: string[]
                tenant?: string
              }[]
              permissions: string[]
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/user/{userId}': {
    delete: {
      parameters: {
        path: {
          id: string
          userId: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/tenants/{id}/key': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            value: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              key: string | null
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              key: string | null
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              key: string | null
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/roles': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
          'page[after]'?: string
          search?: string
          sort?: 'tenant' | '-tenant' | 'name' | '-name'
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  id: string
                  name: string
                  description: string
                  type: 'SYSTEM' | 'TENANT'
                  /**
                   * Whether it is a role of the hub
                   */
                  isGlobal: boolean
                  permissions: string[]
                  tenant?: string
                }[]
              | {
                  data: {
                    _id: string
                    id: string
                    name: string
                    description: string
                    type: 'SYSTEM' | 'TENANT'
                    /**
                     * Whether it is a role of the hub
                     */
                    isGlobal: boolean
                    permissions: string[]
                    tenant?: string
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            name: string
            description?: string
            /**
             * @maxItems 200
             */
            permissions?: string[]
            /**
             * For administrators of the hub; default: your own
             */
            tenant?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              description: string
              type: 'SYSTEM' | 'TENANT'
              /**
               * Whether it is a role of the hub
               */
              isGlobal: boolean
              permissions: string[]
              tenant?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/roles/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              description: string
              type: 'SYSTEM' | 'TENANT'
              /**
               * Whether it is a role of the hub
               */
              isGlobal: boolean
              permissions: string[]
              tenant?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            description?: string
            /**
             * @maxItems 200
             */
            permissions?: string[]
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              description: string
              type: 'SYSTEM' | 'TENANT'
              /**
               * Whether it is a role of the hub
               */
              isGlobal: boolean
              permissions: string[]
              tenant?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/permissions': {
    get: {
      parameters: {
        query?: {
          'page[after]'?: string
          'page[size]'?: number
          search?: string
          meta?: boolean
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | string[]
              | {
                  data: string[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            /**
             * Words with dots between, such as `crm.contacts.read`
             */
            name: string
            description?: string
            /**
             * Whether only administrators of the hub may give it
             */
            restricted?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              description: string
              /**
               * Whether only administrators of the hub may give it
               */
              restricted: boolean
              /**
               * Whether a service of the hub checks it
               */
              registered: boolean
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/permissions/catalogue': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                description: string
                /**
                 * Whether only administrators of the hub may give it
                 */
                restricted: boolean
                /**
                 * Whether a service of the hub checks it
                 */
                registered: boolean
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/permissions/{id}': {
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            description?: string
            /**
             * Whether only administrators of the hub may give it
             */
            restricted?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              id: string
              name: string
              description: string
              /**
               * Whether only administrators of the hub may give it
               */
              restricted: boolean
              /**
               * Whether a service of the hub checks it
               */
              registered: boolean
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/clients': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          meta?: boolean
        }
      }
      responses: {
        200: {
          content: {
            'application/json':
              | {
                  _id: string
                  /**
                   * The client_id
                   */
                  id: string
                  /**
                   * What users are shown
                   */
                  name: string
                  /**
                   * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
                   */
                  type: 'web' | 'browser' | 'native' | 'service'
                  /**
                   * Where users may be sent back to, to the letter; https, but for this machine itself
                   *
                   * @maxItems 20
                   */
                  redirectUris: string[]
                  /**
                   * Where users may be led to once they are signed out, to the letter; as the others
                   *
                   * @maxItems 20
                   */
                  postLogoutRedirectUris: string[]
                  /**
                   * Users are not asked for consent
                   */
                  trusted: boolean
                  createdAt: string
                  updatedAt: string
                }[]
              | {
                  data: {
                    _id: string
                    /**
                     * The client_id
                     */
                    id: string
                    /**
                     * What users are shown
                     */
                    name: string
                    /**
                     * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
                     */
                    type: 'web' | 'browser' | 'native' | 'service'
                    /**
                     * Where users may be sent back to, to the letter; https, but for this machine itself
                     *
                     * @maxItems 20
                     */
                    redirectUris: string[]
                    /**
                     * Where users may be led to once they are signed out, to the letter; as the others
                     *
                     * @maxItems 20
                     */
                    postLogoutRedirectUris: string[]
                    /**
                     * Users are not asked for consent
                     */
                    trusted: boolean
                    createdAt: string
                    updatedAt: string
                  }[]
                  meta: {
                    /**
                     * Absent where a cursor was given
                     */
                    page?: number
                    perPage: number
                    /**
                     * All things that fit the filter
                     */
                    total: number
                    /**
                     * At least 1
                     */
                    totalPages: number
                    /**
                     * Cursor of the next page; absent on the last one
                     */
                    next?: string
                  }
                }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            /**
             * What users are shown
             */
            name: string
            /**
             * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
             */
            type: 'web' | 'browser' | 'native' | 'service'
            /**
             * Where users may be sent back to, to the letter; https, but for this machine itself
             *
             * @maxItems 20
             */
            redirectUris?: string[]
            /**
             * Where users may be led to once they are signed out, to the letter; as the others
             *
             * @maxItems 20
             */
            postLogoutRedirectUris?: string[]
            /**
             * Users are not asked for consent
             */
            trusted?: boolean
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              _id: string
              /**
               * The client_id
               */
              id: string
              /**
               * What users are shown
               */
              name: string
              /**
               * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
               */
              type: 'web' | 'browser' | 'native' | 'service'
              /**
               * Where users may be sent back to, to the letter; https, but for this machine itself
               *
               * @maxItems 20
               */
              redirectUris: string[]
              /**
               * Where users may be led to once they are signed out, to the letter; as the others
               *
               * @maxItems 20
               */
              postLogoutRedirectUris: string[]
              /**
               * Users are not asked for consent
               */
              trusted: boolean
              createdAt: string
              updatedAt: string
              /**
               * Shown once, and stored nowhere
               */
              secret?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/clients/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              /**
               * The client_id
               */
              id: string
              /**
               * What users are shown
               */
              name: string
              /**
               * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
               */
              type: 'web' | 'browser' | 'native' | 'service'
              /**
               * Where users may be sent back to, to the letter; https, but for this machine itself
               *
               * @maxItems 20
               */
              redirectUris: string[]
              /**
               * Where users may be led to once they are signed out, to the letter; as the others
               *
               * @maxItems 20
               */
              postLogoutRedirectUris: string[]
              /**
               * Users are not asked for consent
               */
              trusted: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * What users are shown
             */
            name?: string
            /**
             * Where users may be sent back to, to the letter; https, but for this machine itself
             *
             * @maxItems 20
             */
            redirectUris?: string[]
            /**
             * Where users may be led to once they are signed out, to the letter; as the others
             *
             * @maxItems 20
             */
            postLogoutRedirectUris?: string[]
            /**
             * Users are not asked for consent
             */
            trusted?: boolean
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              _id: string
              /**
               * The client_id
               */
              id: string
              /**
               * What users are shown
               */
              name: string
              /**
               * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
               */
              type: 'web' | 'browser' | 'native' | 'service'
              /**
               * Where users may be sent back to, to the letter; https, but for this machine itself
               *
               * @maxItems 20
               */
              redirectUris: string[]
              /**
               * Where users may be led to once they are signed out, to the letter; as the others
               *
               * @maxItems 20
               */
              postLogoutRedirectUris: string[]
              /**
               * Users are not asked for consent
               */
              trusted: boolean
              createdAt: string
              updatedAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              id: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/clients/{id}/secret': {
    post: {
      parameters: {
        query?: {
          overlap?: string
        }
        path: {
          id: string
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              _id: string
              /**
               * The client_id
               */
              id: string
              /**
               * What users are shown
               */
              name: string
              /**
               * `web` runs on a server and keeps a secret, `browser` and `native` keep none, `service` acts for itself alone
               */
              type: 'web' | 'browser' | 'native' | 'service'
              /**
               * Where users may be sent back to, to the letter; https, but for this machine itself
               *
               * @maxItems 20
               */
              redirectUris: string[]
              /**
               * Where users may be led to once they are signed out, to the letter; as the others
               *
               * @maxItems 20
               */
              postLogoutRedirectUris: string[]
              /**
               * Users are not asked for consent
               */
              trusted: boolean
              createdAt: string
              updatedAt: string
              /**
               * Shown once, and stored nowhere
               */
              secret?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/signing-keys': {
    post: {
      parameters: {}
      responses: {
        201: {
          content: {
            'application/json': {
              id: string
              createdAt: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/grants': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                /**
                 * The client_id of the application
                 */
                id: string
                /**
                 * Of the application
                 */
                name: string
                /**
                 * Whether it is granted what it asks for without a question
                 */
                trusted: boolean
                scopes: ('openid' | 'profile' | 'global' | 'offline_access')[]
                /**
                 * In which you act for the application
                 */
                tenants: string[]
                /**
                 * When it was granted first
                 */
                grantedAt: string
                /**
                 * When the last of it is over
                 */
                expiresAt: string
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/api/v1/users/me/grants/{id}': {
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/.well-known/jwks.json': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              keys: {
                kid: string
                [k: string]: unknown
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/jwks': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              keys: {
                kid: string
                [k: string]: unknown
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/.well-known/openid-configuration': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/.well-known/oauth-authorization-server': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/auth': {
    get: {
      parameters: {}
      responses: {
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/auth/{uid}': {
    get: {
      parameters: {
        path: {
          uid: string
        }
      }
      responses: {
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/session/end': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/session/end/success': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/me': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    options: {
      parameters: {}
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/interaction/{uid}': {
    get: {
      parameters: {
        path: {
          uid: string
        }
      }
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/healthcheck': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/secrets': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          'filter[type]'?:
            | 'SIMPLE'
            | 'MIXED'
            | 'API_KEY'
            | 'OA1_TWO_LEGGED'
            | 'OA1_THREE_LEGGED'
            | 'OA2_AUTHORIZATION_CODE'
            | 'OA2_CLIENT_CREDENTIALS'
            | 'SESSION_AUTH'
          search?: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json':
            | {
                name: string
                type: 'SIMPLE'
                value: {
                  /**
                   * The name
                   */
                  username: string
                  /**
                   * The password
                   */
                  passphrase: string
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'MIXED'
                value: {
                  /**
                   * Any text, mostly JSON
                   */
                  payload: string
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'API_KEY'
                value: {
                  /**
                   * The key
                   */
                  key: string
                  /**
                   * The HTTP header it is sent in
                   */
                  headerName?: string
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'OA1_TWO_LEGGED'
                value: {
                  /**
                   * ISO 8601, or milliseconds since 1970
                   */
                  expiresAt?: string | number
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'OA1_THREE_LEGGED'
                value: {
                  /**
                   * The auth client it is obtained through
                   */
                  authClientId: string
                  /**
                   * What calls are made with
                   */
                  accessToken: string
                  /**
                   * What it is good for
                   */
                  scope?: string
                  /**
                   * ISO 8601, or milliseconds since 1970
                   */
                  expires?: string | number
                  /**
                   * The secret of the token
                   */
                  accessTokenSecret: string
                  /**
                   * Whom the provider knows by it; information only, by which nothing is found
                   */
                  externalId?: string
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'OA2_AUTHORIZATION_CODE'
                value: {
                  /**
                   * The auth client it is obtained through
                   */
                  authClientId: string
                  /**
                   * What calls are made with
                   */
                  accessToken: string
                  /**
                   * What it is good for
                   */
                  scope?: string
                  /**
                   * ISO 8601, or milliseconds since 1970
                   */
                  expires?: string | number
                  /**
                   * By which the next one is obtained
                   */
                  refreshToken?: string
                  /**
                   * Whom the provider knows by it; information only, by which nothing is found
                   */
                  externalId?: string
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'OA2_CLIENT_CREDENTIALS'
                value: {
                  /**
                   * The auth client it is obtained through
                   */
                  authClientId: string
                  /**
                   * What calls are made with
                   */
                  accessToken?: string
                  /**
                   * What it is good for
                   */
                  scope?: string
                  /**
                   * ISO 8601, or milliseconds since 1970
                   */
                  expires?: string | number
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
            | {
                name: string
                type: 'SESSION_AUTH'
                value: {
                  /**
                   * The auth client it is obtained through
                   */
                  authClientId: string
                  /**
                   * What calls are made with
                   */
                  accessToken?: string
                  /**
                   * What it is good for
                   */
                  scope?: string
                  /**
                   * ISO 8601, or milliseconds since 1970
                   */
                  expires?: string | number
                  /**
                   * By the keys of the fields of the auth client
                   */
                  inputFields: {
                    [k: string]: string
                  }
                }
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What it is used for
                 */
                domain?: string
                /**
                 * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
                 *
                 * @maxItems 100
                 */
                allowedHosts?: string[]
                /**
                 * When it is over; for values that the hub does not renew
                 */
                expiresAt?: string
              }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        query: {
          userId: string
          type?: 'USER' | 'TENANT'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {}
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/secrets/{id}': {
    get: {
      parameters: {
        query?: {
          masked?: boolean
          version?: number
          runId?: string
          stepId?: string
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            domain?: string | null
            /**
             * Hosts to which a step may send it without seeing it: `api.example.com`, with `:port` where it is not the usual one or may be plain http, or `*.example.com`
             *
             * @maxItems 100
             */
            allowedHosts?: string[]
            expiresAt?: string | null
            /**
             * The fields to change, of those of its type; the others stay as they are, but for the end
             */
            value?: {
              /**
               * The name
               */
              username?: string
              /**
               * The password
               */
              passphrase?: string
              /**
               * Any text, mostly JSON
               */
              payload?: string
              /**
               * The key
               */
              key?: string
              /**
               * The HTTP header it is sent in
               */
              headerName?: string
              /**
               * ISO 8601, or milliseconds since 1970
               */
              expiresAt?: string | number
              /**
               * The auth client it is obtained through
               */
              authClientId?: string
              /**
               * What calls are made with
               */
              accessToken?: string
              /**
               * What it is good for
               */
              scope?: string
              /**
               * ISO 8601, or milliseconds since 1970
               */
              expires?: string | number
              /**
               * The secret of the token
               */
              accessTokenSecret?: string
              /**
               * Whom the provider knows by it; information only, by which nothing is found
               */
              externalId?: string
              /**
               * By which the next one is obtained
               */
              refreshToken?: string
              /**
               * By the keys of the fields of the auth client
               */
              inputFields?: {
                [k: string]: string
              }
            }
            /**
             * Seconds for which the former value stays good beside the new one; default 0. Without another value: most seconds for which former ones still are
             */
            keepPreviousFor?: number
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/secrets/{id}/validateHmac': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * In base64 or hexadecimal
             */
            hmacValue: string
            hmacAlgo?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
            /**
             * A text, or any bytes as Node.js writes a Buffer in JSON
             */
            rawBody:
              | string
              | {
                  type: 'Buffer'
                  /**
                   * @maxItems 262144
                   */
                  data: number[]
                }
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: boolean
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/secrets/{id}/versions': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                version: number
                createdAt: string
                /**
                 * Absent for the one in force
                 */
                validUntil?: string
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-client-templates': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                /**
                 * What an auth client names as its `template`
                 */
                key: string
                name: string
                type: 'OA2_AUTHORIZATION_CODE'
                /**
                 * Where to register the hub as a client
                 */
                documentation: string
                /**
                 * What an auth client gets from it
                 */
                fields: {
                  [k: string]: unknown
                }
              }[]
              /**
               * What to register at any provider: where it leads users back to
               */
              redirectUri: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-clients': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * Items: With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json':
            | {
                name: string
                type: 'OA1_TWO_LEGGED'
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * The key
                 */
                consumerKey: string
                /**
                 * The secret
                 */
                consumerSecret: string
                /**
                 * The nonce
                 */
                nonce?: string
                /**
                 * The signature
                 */
                signature?: string
                /**
                 * The method
                 */
                signatureMethod?: string
                /**
                 * The verifier
                 */
                verifier?: string
              }
            | {
                name: string
                type: 'OA1_THREE_LEGGED'
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * The key
                 */
                key: string
                /**
                 * The secret
                 */
                secret: string
                /**
                 * Shown to users
                 */
                appName?: string
                /**
                 * The nonce
                 */
                nonce?: string
                /**
                 * The signature
                 */
                signature?: string
                /**
                 * The method
                 */
                signatureMethod?: string
                /**
                 * The end
                 */
                expiration?: string
                /**
                 * Where users come back to
                 */
                redirectUri: string
                endpoints: {
                  /**
                   * For a token
                   */
                  request: string
                  /**
                   * For users
                   */
                  authorize: string
                  /**
                   * For the final token
                   */
                  access: string
                }
                /**
                 * As existing clients store it
                 */
                preprocessor?: string
              }
            | {
                name: string
                type: 'OA2_AUTHORIZATION_CODE'
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * A template that gives what is not said here
                 */
                template?: string
                /**
                 * By which the provider knows the client
                 */
                clientId: string
                /**
                 * Its password
                 */
                clientSecret: string
                /**
                 * Asked for in any case, before the scope of a request
                 */
                predefinedScope?: string
                /**
                 * How the client proves itself; default `client_secret_post`
                 */
                authMethod?: 'client_secret_post' | 'client_secret_basic'
                /**
                 * Seconds for which a token counts whose provider does not say; default: no end
                 */
                defaultExpiresIn?: number
                /**
                 * Where users come back to: the callback of this hub, and that is the default
                 */
                redirectUri?: string
                /**
                 * Whether a refresh names the scope; default false
                 */
                refreshWithScope?: boolean
                /**
                 * How somebody is told from others at the provider: `oidc` by `sub` of the ID token, `microsoft` and `azure` by its `tid` and `oid`, else by `iss` and `sub`, never by an e-mail address, `userinfo` and `zoom` by `sub` or `id` at the userinfo endpoint; `default` by nothing, so that each consent makes another secret
                 */
                preprocessor?:
                  | 'default'
                  | 'oidc'
                  | 'userinfo'
                  | 'microsoft'
                  | 'azure'
                  | 'zoom'
                  | 'preprocessor.default'
                  | 'preprocessor.oidc'
                  | 'preprocessor.userinfo'
                  | 'preprocessor.microsoft'
                  | 'preprocessor.azure'
                  | 'preprocessor.zoom'
                endpoints?: {
                  /**
                   * For users; `{{scope}}`, `{{state}}`, `{{redirectUri}}` and `{{clientId}}` are filled in
                   */
                  auth: string
                  /**
                   * For tokens
                   */
                  token: string
                  /**
                   * Who somebody is
                   */
                  userinfo?: string
                  /**
                   * To revoke a token
                   */
                  revocation?: string
                  /**
                   * To sign out
                   */
                  endSession?: string
                }
                /**
                 * Where a user may be led in the end; pages of this hub need not be listed
                 *
                 * @maxItems 50
                 *
                 * Items: An address
                 */
                successUrls?: string[]
                /**
                 * Of the provider: a callback and an ID token that name another are refused (RFC 9207)
                 */
                issuer?: string
                /**
                 * Whether a callback must name the issuer; default false
                 */
                issuerRequired?: boolean
                /**
                 * After how many days a token that nobody reads is refreshed, lest it die; default 7
                 */
                refreshIdleDays?: number
              }
            | {
                name: string
                type: 'OA2_CLIENT_CREDENTIALS'
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * By which the provider knows the client
                 */
                clientId: string
                /**
                 * Its password
                 */
                clientSecret: string
                /**
                 * Asked for in any case, before the scope of a request
                 */
                predefinedScope?: string
                /**
                 * How the client proves itself; default `client_secret_post`
                 */
                authMethod?: 'client_secret_post' | 'client_secret_basic'
                /**
                 * Seconds for which a token counts whose provider does not say; default: no end
                 */
                defaultExpiresIn?: number
                endpoints: {
                  /**
                   * For tokens
                   */
                  token: string
                }
              }
            | {
                name: string
                type: 'SESSION_AUTH'
                /**
                 * Beside the caller
                 *
                 * @maxItems 100
                 */
                owners?: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                /**
                 * What a secret has to fill in
                 *
                 * @maxItems 50
                 */
                fields: {
                  key: string
                  /**
                   * For people
                   */
                  label?: string
                  required?: boolean
                }[]
                /**
                 * Where the token stands in the answer: names with dots between them
                 */
                tokenPath: string
                /**
                 * Where its end stands: seconds from then, since 1970, or ISO 8601
                 */
                expirationPath?: string
                /**
                 * Seconds for which a token counts whose provider does not say; default: no end
                 */
                defaultExpiresIn?: number
                endpoints: {
                  auth: {
                    authType: 'HEADER_AUTH' | 'BODY_AUTH' | 'PARAMS_AUTH' | 'FORM_AUTH'
                    /**
                     * Where to post; `{{fields.x}}` stands for a field
                     */
                    url: string
                    /**
                     * For people
                     */
                    label?: string
                    /**
                     * What is sent; `{{fields.x}}` in a value stands for a field
                     *
                     * @maxItems 50
                     */
                    requestFields: {
                      /**
                       * Its name
                       */
                      key: string
                      value: string
                    }[]
                  }
                  verification?: {
                    authType: 'HEADER_AUTH' | 'BODY_AUTH' | 'PARAMS_AUTH' | 'FORM_AUTH'
                    /**
                     * Where to post; `{{fields.x}}` stands for a field
                     */
                    url: string
                    /**
                     * For people
                     */
                    label?: string
                    /**
                     * What is sent; `{{fields.x}}` in a value stands for a field
                     *
                     * @maxItems 50
                     */
                    requestFields: {
                      /**
                       * Its name
                       */
                      key: string
                      value: string
                    }[]
                  }
                }
              }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        query: {
          ownerId: string
          type?: 'USER' | 'TENANT'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {}
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-clients/{id}': {
    get: {
      parameters: {
        query?: {
          masked?: boolean
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            consumerKey?: string | null
            consumerSecret?: string | null
            nonce?: string | null
            signature?: string | null
            signatureMethod?: string | null
            verifier?: string | null
            key?: string | null
            secret?: string | null
            appName?: string | null
            expiration?: string | null
            redirectUri?: string | null
            endpoints?:
              | {
                  /**
                   * For a token
                   */
                  request: string
                  /**
                   * For users
                   */
                  authorize: string
                  /**
                   * For the final token
                   */
                  access: string
                }
              | {
                  /**
                   * For users; `{{scope}}`, `{{state}}`, `{{redirectUri}}` and `{{clientId}}` are filled in
                   */
                  auth: string
                  /**
                   * For tokens
                   */
                  token: string
                  /**
                   * Who somebody is
                   */
                  userinfo?: string
                  /**
                   * To revoke a token
                   */
                  revocation?: string
                  /**
                   * To sign out
                   */
                  endSession?: string
                }
              | {
                  /**
                   * For tokens
                   */
                  token: string
                }
              | {
                  auth: {
                    authType: 'HEADER_AUTH' | 'BODY_AUTH' | 'PARAMS_AUTH' | 'FORM_AUTH'
                    /**
                     * Where to post; `{{fields.x}}` stands for a field
                     */
                    url: string
                    /**
                     * For people
                     */
                    label?: string
                    /**
                     * What is sent; `{{fields.x}}` in a value stands for a field
                     *
                     * @maxItems 50
                     */
                    requestFields: {
                      /**
                       * Its name
                       */
                      key: string
                      value: string
                    }[]
                  }
                  verification?: {
                    authType: 'HEADER_AUTH' | 'BODY_AUTH' | 'PARAMS_AUTH' | 'FORM_AUTH'
                    /**
                     * Where to post; `{{fields.x}}` stands for a field
                     */
                    url: string
                    /**
                     * For people
                     */
                    label?: string
                    /**
                     * What is sent; `{{fields.x}}` in a value stands for a field
                     *
                     * @maxItems 50
                     */
                    requestFields: {
                      /**
                       * Its name
                       */
                      key: string
                      value: string
                    }[]
                  }
                }
              | null
            preprocessor?:
              | string
              | (
                  | 'default'
                  | 'oidc'
                  | 'userinfo'
                  | 'microsoft'
                  | 'azure'
                  | 'zoom'
                  | 'preprocessor.default'
                  | 'preprocessor.oidc'
                  | 'preprocessor.userinfo'
                  | 'preprocessor.microsoft'
                  | 'preprocessor.azure'
                  | 'preprocessor.zoom'
                )
              | null
            clientId?: string | null
            clientSecret?: string | null
            predefinedScope?: string | null
            authMethod?: ('client_secret_post' | 'client_secret_basic') | null
            defaultExpiresIn?: number | null
            refreshWithScope?: boolean | null
            successUrls?: string[] | null
            issuer?: string | null
            issuerRequired?: boolean | null
            refreshIdleDays?: number | null
            fields?:
              | {
                  key: string
                  /**
                   * For people
                   */
                  label?: string
                  required?: boolean
                }[]
              | null
            tokenPath?: string | null
            expirationPath?: string | null
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/secrets/{id}/owners': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            id: string
            /**
             * A user, or all users of the tenant
             */
            type?: 'USER' | 'TENANT'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        query: {
          id: string
          type?: 'USER' | 'TENANT'
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-clients/{id}/owners': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            id: string
            /**
             * A user, or all users of the tenant
             */
            type?: 'USER' | 'TENANT'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        query: {
          id: string
          type?: 'USER' | 'TENANT'
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * With the fields of its type, credentials masked; lists have none of them
               */
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                createdAt: string
                updatedAt: string
                [k: string]: unknown
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-clients/{id}/secrets': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                type:
                  | 'SIMPLE'
                  | 'MIXED'
                  | 'API_KEY'
                  | 'OA1_TWO_LEGGED'
                  | 'OA1_THREE_LEGGED'
                  | 'OA2_AUTHORIZATION_CODE'
                  | 'OA2_CLIENT_CREDENTIALS'
                  | 'SESSION_AUTH'
                tenant: string
                owners: {
                  id: string
                  /**
                   * A user, or all users of the tenant
                   */
                  type: 'USER' | 'TENANT'
                }[]
                domain?: string
                /**
                 * Absent in lists
                 */
                value?: {
                  username?: string
                  passphrase?: string
                  payload?: string
                  key?: string
                  headerName?: string
                  authClientId?: string
                  accessToken?: string
                  accessTokenSecret?: string
                  refreshToken?: string
                  scope?: string
                  externalId?: string
                  expires?: string
                  expiresAt?: string
                  /**
                   * `***` where they are masked
                   */
                  inputFields?:
                    | string
                    | {
                        [k: string]: string
                      }
                }
                /**
                 * The fields of `value` that are not told, in answers to a change; none where they are told or masked
                 */
                encryptedFields: string[]
                allowedHosts: string[]
                /**
                 * Of the value, from 1
                 */
                version: number
                expiresAt?: string
                /**
                 * Whether the hub gets the next value by itself
                 */
                renews: boolean
                /**
                 * Why the last attempt to renew it failed
                 */
                currentError?: {
                  message: string
                  at: string
                }
                createdAt: string
                updatedAt: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/auth-clients/{id}/start-flow': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * What to ask for beside the scope of the client
             */
            scope?: string
            secretName?: string
            /**
             * Where to lead the user in the end, with `secretId` appended
             */
            successUrl?: string
            /**
             * Told back in the end; at most 4 KiB as JSON
             */
            payload?: {
              [k: string]: unknown
            }
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                authUrl: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/secret-service/api/v1/callback': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                secretId: string
                successUrl?: string
                /**
                 * As it was given at the start
                 */
                payload?: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        302: {}
        default: {
          content: {
            /**
             * A page that says the same
             */
            'text/html': string
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            state: string
            code?: string
            iss?: string
            error?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                secretId: string
                successUrl?: string
                /**
                 * As it was given at the start
                 */
                payload?: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/healthcheck': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/domains': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          'filter[public]'?: boolean
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'name' | '-name'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                description?: string
                public: boolean
                /**
                 * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
                 */
                compatibility:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * None where the hub alone changes it
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent for one of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            name: string
            description?: string
            /**
             * Every tenant reads it. For administrators of the hub; of others not heeded
             */
            public?: boolean
            /**
             * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
             */
            compatibility?:
              | 'NONE'
              | 'BACKWARD'
              | 'FORWARD'
              | 'FULL'
              | 'BACKWARD_TRANSITIVE'
              | 'FORWARD_TRANSITIVE'
              | 'FULL_TRANSITIVE'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                description?: string
                public: boolean
                /**
                 * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
                 */
                compatibility:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * None where the hub alone changes it
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent for one of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/domains/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                description?: string
                public: boolean
                /**
                 * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
                 */
                compatibility:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * None where the hub alone changes it
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent for one of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    put: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            description?: string
            /**
             * Every tenant reads it. For administrators of the hub; of others not heeded
             */
            public?: boolean
            /**
             * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
             */
            compatibility?:
              | 'NONE'
              | 'BACKWARD'
              | 'FORWARD'
              | 'FULL'
              | 'BACKWARD_TRANSITIVE'
              | 'FORWARD_TRANSITIVE'
              | 'FULL_TRANSITIVE'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                name: string
                description?: string
                public: boolean
                /**
                 * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
                 */
                compatibility:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * None where the hub alone changes it
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent for one of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/domains/{id}/schemas': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'name' | '-name' | 'uri' | '-uri'
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                domainId: string
                /**
                 * Its path within the domain
                 */
                uri: string
                /**
                 * Its address, by which others refer to it
                 */
                location: string
                name: string
                description?: string
                /**
                 * Absent where that of the domain holds
                 */
                compatibility?:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * Those of the domain
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent in a domain of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
                version: number
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * Default: the title
             */
            name?: string
            description?: string
            /**
             * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
             */
            value: {
              [k: string]: unknown
            }
            /**
             * Default: that of the domain
             */
            compatibility?:
              | 'NONE'
              | 'BACKWARD'
              | 'FORWARD'
              | 'FULL'
              | 'BACKWARD_TRANSITIVE'
              | 'FORWARD_TRANSITIVE'
              | 'FULL_TRANSITIVE'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                domainId: string
                /**
                 * Its path within the domain
                 */
                uri: string
                /**
                 * Its address, by which others refer to it
                 */
                location: string
                name: string
                description?: string
                /**
                 * Absent where that of the domain holds
                 */
                compatibility?:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * Those of the domain
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent in a domain of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
                version: number
                dialect: 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
                /**
                 * References that led nowhere when it was written
                 */
                broken: {
                  /**
                   * JSON pointer of the object that has the `$ref`
                   */
                  path: string
                  ref: string
                  /**
                   * The end of a sentence that begins with the reference
                   */
                  reason: string
                }[]
                /**
                 * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
                 */
                value: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/domains/{id}/schemas/{*}': {
    get: {
      parameters: {
        query?: {
          version?: number
        }
        path: {
          id: string
          '*': string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                domainId: string
                /**
                 * Its path within the domain
                 */
                uri: string
                /**
                 * Its address, by which others refer to it
                 */
                location: string
                name: string
                description?: string
                /**
                 * Absent where that of the domain holds
                 */
                compatibility?:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * Those of the domain
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent in a domain of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
                version: number
                dialect: 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
                /**
                 * References that led nowhere when it was written
                 */
                broken: {
                  /**
                   * JSON pointer of the object that has the `$ref`
                   */
                  path: string
                  ref: string
                  /**
                   * The end of a sentence that begins with the reference
                   */
                  reason: string
                }[]
                /**
                 * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
                 */
                value: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    put: {
      parameters: {
        path: {
          id: string
          '*': string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * Default: the title
             */
            name?: string
            description?: string
            /**
             * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
             */
            value: {
              [k: string]: unknown
            }
            /**
             * Default: that of the domain
             */
            compatibility?:
              | 'NONE'
              | 'BACKWARD'
              | 'FORWARD'
              | 'FULL'
              | 'BACKWARD_TRANSITIVE'
              | 'FORWARD_TRANSITIVE'
              | 'FULL_TRANSITIVE'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                _id: string
                id: string
                domainId: string
                /**
                 * Its path within the domain
                 */
                uri: string
                /**
                 * Its address, by which others refer to it
                 */
                location: string
                name: string
                description?: string
                /**
                 * Absent where that of the domain holds
                 */
                compatibility?:
                  | 'NONE'
                  | 'BACKWARD'
                  | 'FORWARD'
                  | 'FULL'
                  | 'BACKWARD_TRANSITIVE'
                  | 'FORWARD_TRANSITIVE'
                  | 'FULL_TRANSITIVE'
                /**
                 * Those of the domain
                 */
                owners: {
                  id: string
                  type: 'USER'
                }[]
                /**
                 * Absent in a domain of the hub itself
                 */
                tenant?: string
                createdAt: string
                updatedAt: string
                version: number
                dialect: 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
                /**
                 * References that led nowhere when it was written
                 */
                broken: {
                  /**
                   * JSON pointer of the object that has the `$ref`
                   */
                  path: string
                  ref: string
                  /**
                   * The end of a sentence that begins with the reference
                   */
                  reason: string
                }[]
                /**
                 * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
                 */
                value: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
          '*': string
        }
      }
      responses: {
        204: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/schemas/{id}/versions': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
        }
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                version: number
                dialect: 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
                /**
                 * References that led nowhere when it was written
                 */
                broken: {
                  /**
                   * JSON pointer of the object that has the `$ref`
                   */
                  path: string
                  ref: string
                  /**
                   * The end of a sentence that begins with the reference
                   */
                  reason: string
                }[]
                /**
                 * Absent = the hub itself
                 */
                createdBy?: string
                createdAt: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/schemas/{id}/versions/{version}': {
    get: {
      parameters: {
        path: {
          id: string
          version: number
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                version: number
                dialect: 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'
                /**
                 * Addresses of the schemas that it refers to
                 */
                refs: string[]
                /**
                 * References that led nowhere when it was written
                 */
                broken: {
                  /**
                   * JSON pointer of the object that has the `$ref`
                   */
                  path: string
                  ref: string
                  /**
                   * The end of a sentence that begins with the reference
                   */
                  reason: string
                }[]
                /**
                 * Absent = the hub itself
                 */
                createdBy?: string
                createdAt: string
                /**
                 * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
                 */
                value: {
                  [k: string]: unknown
                }
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/schemas/{id}/validate': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * Any JSON
             */
            document: {
              [k: string]: unknown
            }
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              valid: boolean
              /**
               * @maxItems 100
               */
              errors: {
                /**
                 * JSON pointer into the document
                 */
                path: string
                schemaPath: string
                keyword: string
                message: string
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/validate': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            /**
             * Address of the schema, with or without the hub’s origin
             */
            schema: string
            /**
             * Any JSON
             */
            document: {
              [k: string]: unknown
            }
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              valid: boolean
              /**
               * @maxItems 100
               */
              errors: {
                /**
                 * JSON pointer into the document
                 */
                path: string
                schemaPath: string
                keyword: string
                message: string
              }[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/schemas/{id}/compatibility': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            /**
             * A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none
             */
            value: {
              [k: string]: unknown
            }
            /**
             * Default: that of the schema
             */
            mode?:
              | 'NONE'
              | 'BACKWARD'
              | 'FORWARD'
              | 'FULL'
              | 'BACKWARD_TRANSITIVE'
              | 'FORWARD_TRANSITIVE'
              | 'FULL_TRANSITIVE'
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              compatible: boolean
              /**
               * What a change must keep: that what was valid stays so (BACKWARD), or the other way round (FORWARD)
               */
              mode:
                | 'NONE'
                | 'BACKWARD'
                | 'FORWARD'
                | 'FULL'
                | 'BACKWARD_TRANSITIVE'
                | 'FORWARD_TRANSITIVE'
                | 'FULL_TRANSITIVE'
              /**
               * At most 20
               */
              differences: {
                /**
                 * Whose promise it is; absent for one of another tenant
                 */
                schema?: {
                  id?: string
                  domainId: string
                  uri: string
                }
                /**
                 * The version compared with
                 */
                version?: number
                direction?: 'BACKWARD' | 'FORWARD'
                /**
                 * JSON pointer into the schema that refuses
                 */
                path: string
                rule: string
                message: string
                /**
                 * A document that one takes and the other refuses; absent = it could not be decided
                 */
                example?: {
                  [k: string]: unknown
                }
              }[]
              /**
               * The flows that would be hurt, where it is not compatible
               */
              usedBy?: {
                /**
                 * Flows of the tenant that name it in their graph; absent for who may not read flows
                 *
                 * @maxItems 100
                 */
                flows?: {
                  id: string
                  name: string
                  status: string
                }[]
                /**
                 * Whether there are more than 100
                 */
                moreFlows?: boolean
                /**
                 * How many flows of other tenants name it; for administrators of the hub
                 */
                otherFlows?: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/schemas/{id}/usage': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * @maxItems 100
               */
              schemas: {
                id: string
                domainId: string
                uri: string
                name: string
              }[]
              /**
               * Whether there are more than 100
               */
              more: boolean
              /**
               * Flows of the tenant that name it in their graph; absent for who may not read flows
               *
               * @maxItems 100
               */
              flows?: {
                id: string
                name: string
                status: string
              }[]
              /**
               * Whether there are more than 100
               */
              moreFlows?: boolean
              /**
               * How many flows of other tenants name it; for administrators of the hub
               */
              otherFlows?: number
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/flow-repository/flows': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          'filter[status]'?: 'inactive' | 'starting' | 'active' | 'stopping' | '0' | '1'
          'filter[type]'?: string
          search?: string
          sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'name' | '-name'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                tenant: string
                name: string
                description?: string
                type: string
                graph: {
                  /**
                   * @maxItems 1000
                   */
                  nodes: {
                    /**
                     * Unique in the graph
                     */
                    id: string
                    /**
                     * Name of a built-in component
                     */
                    componentId: string
                    /**
                     * Trigger or action of the component
                     */
                    function: string
                    name?: string
                    description?: string
                    /**
                     * Settings of the function
                     */
                    fields?: {
                      [k: string]: unknown
                    }
                    /**
                     * The secret by which the step acts, if its component takes one
                     */
                    credentials_id?: string
                  }[]
                  /**
                   * @maxItems 5000
                   */
                  edges?: {
                    id?: string
                    /**
                     * Unique in the graph
                     */
                    source: string
                    /**
                     * Unique in the graph
                     */
                    target: string
                  }[]
                }
                owners: {
                  id: string
                  type: 'user' | 'tenant'
                }[]
                status: 'inactive' | 'starting' | 'active' | 'stopping'
                /**
                 * Number of starts so far
                 */
                generation: number
                /**
                 * Grows with each change
                 */
                version: number
                /**
                 * Why the last start came to nothing
                 */
                failure?: string
                createdAt: string
                updatedAt: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/json': {
            name?: string
            description?: string
            /**
             * Default: ordinary
             */
            type?: string
            graph?: {
              /**
               * @maxItems 1000
               */
              nodes: {
                /**
                 * Unique in the graph
                 */
                id: string
                /**
                 * Name of a built-in component
                 */
                componentId: string
                /**
                 * Trigger or action of the component
                 */
                function: string
                name?: string
                description?: string
                /**
                 * Settings of the function
                 */
                fields?: {
                  [k: string]: unknown
                }
                /**
                 * The secret by which the step acts, if its component takes one
                 */
                credentials_id?: string
              }[]
              /**
               * @maxItems 5000
               */
              edges?: {
                id?: string
                /**
                 * Unique in the graph
                 */
                source: string
                /**
                 * Unique in the graph
                 */
                target: string
              }[]
            }
          }
        }
      }
      responses: {
        201: {
          content: {
            'application/json': {
              data: {
                id: string
                tenant: string
                name: string
                description?: string
                type: string
                graph: {
                  /**
                   * @maxItems 1000
                   */
                  nodes: {
                    /**
                     * Unique in the graph
                     */
                    id: string
                    /**
                     * Name of a built-in component
                     */
                    componentId: string
                    /**
                     * Trigger or action of the component
                     */
                    function: string
                    name?: string
                    description?: string
                    /**
                     * Settings of the function
                     */
                    fields?: {
                      [k: string]: unknown
                    }
                    /**
                     * The secret by which the step acts, if its component takes one
                     */
                    credentials_id?: string
                  }[]
                  /**
                   * @maxItems 5000
                   */
                  edges?: {
                    id?: string
                    /**
                     * Unique in the graph
                     */
                    source: string
                    /**
                     * Unique in the graph
                     */
                    target: string
                  }[]
                }
                owners: {
                  id: string
                  type: 'user' | 'tenant'
                }[]
                status: 'inactive' | 'starting' | 'active' | 'stopping'
                /**
                 * Number of starts so far
                 */
                generation: number
                /**
                 * Grows with each change
                 */
                version: number
                /**
                 * Why the last start came to nothing
                 */
                failure?: string
                createdAt: string
                updatedAt: string
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/flow-repository/flows/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                tenant: string
                name: string
                description?: string
                type: string
                graph: {
                  /**
                   * @maxItems 1000
                   */
                  nodes: {
                    /**
                     * Unique in the graph
                     */
                    id: string
                    /**
                     * Name of a built-in component
                     */
                    componentId: string
                    /**
                     * Trigger or action of the component
                     */
                    function: string
                    name?: string
                    description?: string
                    /**
                     * Settings of the function
                     */
                    fields?: {
                      [k: string]: unknown
                    }
                    /**
                     * The secret by which the step acts, if its component takes one
                     */
                    credentials_id?: string
                  }[]
                  /**
                   * @maxItems 5000
                   */
                  edges?: {
                    id?: string
                    /**
                     * Unique in the graph
                     */
                    source: string
                    /**
                     * Unique in the graph
                     */
                    target: string
                  }[]
                }
                owners: {
                  id: string
                  type: 'user' | 'tenant'
                }[]
                status: 'inactive' | 'starting' | 'active' | 'stopping'
                /**
                 * Number of starts so far
                 */
                generation: number
                /**
                 * Grows with each change
                 */
                version: number
                /**
                 * Why the last start came to nothing
                 */
                failure?: string
                createdAt: string
                updatedAt: string
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    patch: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'application/json': {
            name?: string
            description?: string
            /**
             * Default: ordinary
             */
            type?: string
            graph?: {
              /**
               * @maxItems 1000
               */
              nodes: {
                /**
                 * Unique in the graph
                 */
                id: string
                /**
                 * Name of a built-in component
                 */
                componentId: string
                /**
                 * Trigger or action of the component
                 */
                function: string
                name?: string
                description?: string
                /**
                 * Settings of the function
                 */
                fields?: {
                  [k: string]: unknown
                }
                /**
                 * The secret by which the step acts, if its component takes one
                 */
                credentials_id?: string
              }[]
              /**
               * @maxItems 5000
               */
              edges?: {
                id?: string
                /**
                 * Unique in the graph
                 */
                source: string
                /**
                 * Unique in the graph
                 */
                target: string
              }[]
            }
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                tenant: string
                name: string
                description?: string
                type: string
                graph: {
                  /**
                   * @maxItems 1000
                   */
                  nodes: {
                    /**
                     * Unique in the graph
                     */
                    id: string
                    /**
                     * Name of a built-in component
                     */
                    componentId: string
                    /**
                     * Trigger or action of the component
                     */
                    function: string
                    name?: string
                    description?: string
                    /**
                     * Settings of the function
                     */
                    fields?: {
                      [k: string]: unknown
                    }
                    /**
                     * The secret by which the step acts, if its component takes one
                     */
                    credentials_id?: string
                  }[]
                  /**
                   * @maxItems 5000
                   */
                  edges?: {
                    id?: string
                    /**
                     * Unique in the graph
                     */
                    source: string
                    /**
                     * Unique in the graph
                     */
                    target: string
                  }[]
                }
                owners: {
                  id: string
                  type: 'user' | 'tenant'
                }[]
                status: 'inactive' | 'starting' | 'active' | 'stopping'
                /**
                 * Number of starts so far
                 */
                generation: number
                /**
                 * Grows with each change
                 */
                version: number
                /**
                 * Why the last start came to nothing
                 */
                failure?: string
                createdAt: string
                updatedAt: string
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    delete: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              msg: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/flow-repository/flows/{id}/start': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                status: 'inactive' | 'starting' | 'active' | 'stopping'
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/flow-repository/flows/{id}/stop': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                status: 'inactive' | 'starting' | 'active' | 'stopping'
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/flow-repository/schema-usage': {
    get: {
      parameters: {
        query: {
          location: string
          tenant?: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * Those of the tenant, by their names
               *
               * @maxItems 100
               */
              flows: {
                id: string
                name: string
                status: 'inactive' | 'starting' | 'active' | 'stopping'
              }[]
              /**
               * Whether there are more than 100
               */
              more: boolean
              /**
               * How many there are of other tenants, as far as the caller sees them
               */
              others: number
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/component-orchestrator/executions': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          'filter[flowId]'?: string
          'filter[status]'?: 'running' | 'success' | 'failed'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                flowId: string
                tenant: string
                /**
                 * The start of the flow whose graph it runs
                 */
                generation: number
                /**
                 * The id that the trigger answered
                 */
                requestId: string
                status: 'running' | 'success' | 'failed'
                startedAt: string
                finishedAt?: string
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/component-orchestrator/executions/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                id: string
                flowId: string
                tenant: string
                /**
                 * The start of the flow whose graph it runs
                 */
                generation: number
                /**
                 * The id that the trigger answered
                 */
                requestId: string
                status: 'running' | 'success' | 'failed'
                startedAt: string
                finishedAt?: string
                graph?: {
                  nodes: {
                    id: string
                    name?: string
                    componentId: string
                    function: string
                  }[]
                  edges: {
                    source: string
                    target: string
                  }[]
                }
                steps: {
                  id: string
                  stepId: string
                  status: 'waiting' | 'running' | 'success' | 'failed'
                  attempts: number
                  /**
                   * The message it got
                   */
                  input: {
                    [k: string]: unknown
                  }
                  /**
                   * The messages it emitted, at most 100
                   */
                  output: unknown[]
                  /**
                   * Input and output are left out: the messages of the steps before are too large
                   */
                  omitted?: true
                  /**
                   * Why it failed, or why the last attempt did
                   */
                  error?: string
                  createdAt: string
                  startedAt?: string
                  finishedAt?: string
                  /**
                   * Of the last attempt
                   */
                  durationMs?: number
                }[]
              }
              meta: {}
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/webhooks/hook/{flowId}': {
    get: {
      parameters: {
        path: {
          flowId: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                requestId: string
                message: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {
        path: {
          flowId: string
        }
      }
      requestBody: {
        content: {
          /**
           * Any JSON
           */
          'application/json': {
            [k: string]: unknown
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                requestId: string
                message: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/webhooks/hook/{flowId}/{*}': {
    get: {
      parameters: {
        path: {
          flowId: string
          '*': string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                requestId: string
                message: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
    post: {
      parameters: {
        path: {
          flowId: string
          '*': string
        }
      }
      requestBody: {
        content: {
          /**
           * Any JSON
           */
          'application/json': {
            [k: string]: unknown
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                requestId: string
                message: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/audit-log': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
              status: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/audit-log/healthcheck': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              name: string
              status: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/audit-log/logs': {
    get: {
      parameters: {
        query?: {
          'page[number]'?: number
          'page[size]'?: number
          'filter[service]'?: string
          'filter[name]'?: string
          'filter[user]'?: string
          'filter[tenant]'?: string
          sort?: 'createdAt' | '-createdAt'
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                /**
                 * The event
                 */
                id: string
                /**
                 * Place among all entries, from 0, without gaps
                 */
                index: number
                /**
                 * Place among the entries of the tenant, from 1, without gaps
                 */
                number: number
                tenant: string | null
                recordedAt: string
                /**
                 * Who brought the event in; empty for services of the hub
                 */
                origin: string
                correlationId: string | null
                causationId: string | null
                /**
                 * As the producer wrote them: `name`, `serviceName`, `createdAt`
                 */
                headers: {
                  [k: string]: unknown
                }
                /**
                 * As the producer wrote it; values that were erased are null
                 */
                payload: {
                  [k: string]: unknown
                }
                /**
                 * JSON pointers to the values that were erased or do not open
                 */
                erased?: string[]
              }[]
              meta: {
                page: number
                perPage: number
                /**
                 * All things that fit the filter
                 */
                total: number
                /**
                 * At least 1
                 */
                totalPages: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/audit-log/logs/{id}': {
    get: {
      parameters: {
        path: {
          id: string
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                /**
                 * The event
                 */
                id: string
                /**
                 * Place among all entries, from 0, without gaps
                 */
                index: number
                /**
                 * Place among the entries of the tenant, from 1, without gaps
                 */
                number: number
                tenant: string | null
                recordedAt: string
                /**
                 * Who brought the event in; empty for services of the hub
                 */
                origin: string
                correlationId: string | null
                causationId: string | null
                /**
                 * As the producer wrote them: `name`, `serviceName`, `createdAt`
                 */
                headers: {
                  [k: string]: unknown
                }
                /**
                 * As the producer wrote it; values that were erased are null
                 */
                payload: {
                  [k: string]: unknown
                }
                /**
                 * JSON pointers to the values that were erased or do not open
                 */
                erased?: string[]
                body: string | null
                /**
                 * The exact text that is proved
                 */
                leaf: string
                /**
                 * SHA-256 of a zero byte and the leaf (RFC 9162), base64
                 */
                leafHash: string
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/event-bus/catalogue': {
    get: {
      parameters: {}
      responses: {
        200: {
          content: {
            'application/json': {
              data: {
                name: string
                /**
                 * The only service that publishes it
                 */
                service: string
                summary: string
                /**
                 * JSON Schema of the payload
                 */
                schema: {
                  [k: string]: unknown
                }
                seen: {
                  count: number
                  lastAt?: string
                }
              }[]
              meta: {
                total: number
                /**
                 * How many of them have happened at least once
                 */
                seen: number
              }
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/event-bus/live': {
    get: {
      parameters: {
        query?: {
          /**
           * @minItems 1
           * @maxItems 20
           */
          names?: string[]
          recent?: number
        }
      }
      responses: {
        200: {
          content: {
            'text/event-stream': string
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/token': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            grant_type: 'authorization_code' | 'refresh_token' | 'client_credentials'
            code?: string
            code_verifier?: string
            redirect_uri?: string
            refresh_token?: string
            scope?: string
            client_id?: string
            client_secret?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              access_token: string
              token_type: 'Bearer'
              /**
               * Seconds
               */
              expires_in: number
              scope?: string
              id_token?: string
              /**
               * Good once: each use gives a new one
               */
              refresh_token?: string
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/token/introspection': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            token: string
            token_type_hint?: string
            client_id?: string
            client_secret?: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              active: boolean
              /**
               * The user, if the token is one of a user
               */
              sub?: string
              client_id?: string
              scope?: string
              exp?: number
              [k: string]: unknown
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/token/revocation': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            token: string
            token_type_hint?: string
            client_id?: string
            client_secret?: string
          }
        }
      }
      responses: {
        200: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/session/end/confirm': {
    post: {
      parameters: {}
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            xsrf: string
            logout?: 'yes'
          }
        }
      }
      responses: {
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/interaction/{uid}/login': {
    post: {
      parameters: {
        path: {
          uid: string
        }
      }
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': {
            username: string
            password: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/interaction/{uid}/consent': {
    post: {
      parameters: {
        path: {
          uid: string
        }
      }
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': string
        }
      }
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/iam/op/interaction/{uid}/abort': {
    post: {
      parameters: {
        path: {
          uid: string
        }
      }
      requestBody: {
        content: {
          'application/x-www-form-urlencoded': string
        }
      }
      responses: {
        200: {
          content: {
            'text/html': string
          }
        }
        303: {}
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
  '/metadata-repository/api/v1/domains/{id}/schemas/import': {
    post: {
      parameters: {
        path: {
          id: string
        }
      }
      requestBody: {
        content: {
          'multipart/form-data': {
            archive: string
          }
        }
      }
      responses: {
        200: {
          content: {
            'application/json': {
              /**
               * How many schemas the archive holds
               */
              imported: number
              schemas: {
                id: string
                uri: string
                version: number
              }[]
              /**
               * References that lead nowhere, the first 1,000
               */
              report: {
                /**
                 * The schema that has the reference
                 */
                uri: string
                /**
                 * JSON pointer of the object that has the `$ref`
                 */
                path: string
                ref: string
                /**
                 * The end of a sentence that begins with the reference
                 */
                reason: string
              }[]
              /**
               * How many more there are
               */
              unreported?: number
              /**
               * Files of the archive that are no schemas
               */
              skipped: string[]
            }
          }
        }
        default: {
          content: {
            'application/problem+json': Problem
          }
        }
      }
    }
  }
}
/**
 * What went wrong, as a problem document
 */
export interface Problem {
  /**
   * urn:oih:error:<code>
   */
  type: string
  title: string
  status: number
  detail: string
  /**
   * Stable; decide by this
   */
  code:
    | 'bad-request'
    | 'invalid-body'
    | 'invalid-parameter'
    | 'unauthenticated'
    | 'login-failed'
    | 'forbidden'
    | 'not-found'
    | 'method-not-allowed'
    | 'request-timeout'
    | 'conflict'
    | 'incompatible-schema'
    | 'too-large'
    | 'unsupported-media-type'
    | 'too-many-requests'
    | 'headers-too-large'
    | 'internal'
    | 'unavailable'
  /**
   * The id of the request
   */
  instance: string
  /**
   * The same as detail
   */
  message: string
  /**
   * @minItems 1
   */
  errors: {
    message: string
    /**
     * Path into the input: graph.nodes[0].id
     */
    field?: string
    code: string
  }[]
  /**
   * What else is known, in a form that the route tells of
   */
  report?: {
    [k: string]: unknown
  }
}

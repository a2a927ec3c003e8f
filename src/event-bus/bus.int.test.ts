import { setupBus } from '../../test/support/bus.ts'
import { busConformance } from './conformance-suite.ts'

busConformance({ name: 'PostgreSQL alone', setup: setupBus })

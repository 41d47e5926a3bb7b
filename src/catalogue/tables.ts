import { glance } from './glance.js';
import { neutronDhcpAgent } from './neutron-dhcp-agent.js';
import { neutronOpenvswitchAgent } from './neutron-openvswitch-agent.js';
import { neutronOvn } from './neutron-ovn.js';
import { neutronOvnMetadataAgent } from './neutron-ovn-metadata-agent.js';
import { neutronServer } from './neutron-server.js';
import { novaApi } from './nova-api.js';
import { novaComputeBuild } from './nova-compute-build.js';
import { novaComputeClaims } from './nova-compute-claims.js';
import { novaComputeDrivers } from './nova-compute-drivers.js';
import { novaComputeEvents } from './nova-compute-events.js';
import { novaComputeLibvirt } from './nova-compute-libvirt.js';
import { novaComputeLibvirtMigrate } from './nova-compute-libvirt-migrate.js';
import { novaComputeMigrate } from './nova-compute-migrate.js';
import { novaComputeNetwork } from './nova-compute-network.js';
import { novaComputePower } from './nova-compute-power.js';
import { novaConductor } from './nova-conductor.js';
import { novaReport } from './nova-report.js';
import { novaScheduler } from './nova-scheduler.js';
import { osVif } from './os-vif.js';
import { osloConcurrency } from './oslo-concurrency.js';
import { osloService } from './oslo-service.js';
import { ovnController } from './ovn-controller.js';
import { ovsVswitchd } from './ovs-vswitchd.js';
import { ovsdbapp } from './ovsdbapp.js';
import { placement } from './placement.js';
import { uwsgi } from './uwsgi.js';
import { vlog } from './vlog.js';

/** All messages that novaspan knows. The order does not matter, because no line matches two of them. */
export const tables = [
  novaComputeBuild,
  novaComputeEvents,
  novaComputePower,
  novaComputeMigrate,
  novaComputeClaims,
  novaComputeNetwork,
  novaComputeLibvirt,
  novaComputeLibvirtMigrate,
  novaComputeDrivers,
  osVif,
  osloConcurrency,
  osloService,
  novaReport,
  novaApi,
  uwsgi,
  novaConductor,
  novaScheduler,
  placement,
  glance,
  neutronServer,
  neutronOvn,
  ovsdbapp,
  neutronOvnMetadataAgent,
  neutronOpenvswitchAgent,
  neutronDhcpAgent,
  ovsVswitchd,
  vlog,
  ovnController,
] as const;

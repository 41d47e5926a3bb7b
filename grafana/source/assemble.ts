import { createHash } from 'node:crypto';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** A panel and the room it takes, of a grid that is 24 wide. */
export interface Placed {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
}

export interface Section {
  readonly title: string;
  /** from left to right; what does not fit goes on below */
  readonly panels: readonly Placed[];
}

export interface Page {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
  /** what is shown at first, such as `now-6h` */
  readonly from: string;
}

const WIDTH = 24;
const TAG = 'novaspan';

// Not by the SDK's builder, which puts links into a menu that opens on a click.
const TO_THE_OTHERS: DashboardLink = {
  type: DashboardLinkType.Dashboards,
  title: 'novaspan',
  tags: [TAG],
  icon: 'dashboard',
  tooltip: 'the other dashboards of novaspan',
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  keepTime: true,
};

export const sized = (width: number, height: number, panel: Panel): Placed => ({ panel, width, height });

/** Puts the sections below each other, gives each panel its id and place, and ties the dashboards together. */
export function assemble({ uid, title, description, variables, sections, from }: Page): Dashboard {
  const board = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations([])
    .link({ build: () => TO_THE_OTHERS });
  let y = 0;
  for (const section of sections) {
    board.withRow(new RowBuilder(section.title).id(idOf(section.title)).gridPos({ x: 0, y, w: WIDTH, h: 1 }));
    y += 1;
    let x = 0;
    let lowest = y;
    for (const { panel, width, height } of section.panels) {
      if (x + width > WIDTH) {
        x = 0;
        y = lowest;
      }
      const at = { ...panel, id: idOf(panel.title ?? ''), gridPos: { x, y, w: width, h: height } };
      board.withPanel({ build: () => at });
      x += width;
      lowest = Math.max(lowest, y + height);
    }
    y = lowest;
  }
  return board.build();
}

/** From its title: a link to a panel holds while others come and go beside it. */
const idOf = (title: string): number => createHash('sha256').update(title).digest().readUInt16BE(0) + 1;

import { createHash } from 'node:crypto';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
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
  /** shown by its title alone until somebody opens it */
  readonly isFolded?: boolean;
}

export interface Page {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
  /** what is shown at first, such as `now-6h` */
  readonly from: string;
  /** what is marked in all graphs */
  readonly annotations?: readonly Builder<AnnotationQuery>[];
  /** false for one that only links lead to: it is of no use without what they bring along */
  readonly isInMenu?: boolean;
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
export function assemble({ uid, title, description, variables, sections, from, annotations = [], isInMenu = true }: Page): Dashboard {
  const board = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(isInMenu ? [TAG] : [])
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations([...annotations])
    .link({ build: () => TO_THE_OTHERS });
  let y = 0;
  for (const { title, panels, isFolded = false } of sections) {
    const row = new RowBuilder(title).id(idOf(title)).gridPos({ x: 0, y, w: WIDTH, h: 1 }).collapsed(isFolded);
    y += 1;
    const placed = placedFrom(y, panels);
    // Panels of a folded row are within it, those of an open one beside it.
    if (isFolded) for (const panel of placed) row.withPanel({ build: () => panel });
    board.withRow(row);
    if (isFolded) continue;
    for (const panel of placed) board.withPanel({ build: () => panel });
    y = Math.max(...placed.map(({ gridPos }) => gridPos.y + gridPos.h));
  }
  return board.build();
}

type At = Panel & { readonly gridPos: { readonly y: number; readonly h: number } };

function placedFrom(top: number, panels: readonly Placed[]): readonly At[] {
  let [x, y, lowest] = [0, top, top];
  return panels.map(({ panel, width, height }): At => {
    if (x + width > WIDTH) {
      x = 0;
      y = lowest;
    }
    const at = { ...panel, id: idOf(panel.title ?? ''), gridPos: { x, y, w: width, h: height } };
    x += width;
    lowest = Math.max(lowest, y + height);
    return at;
  });
}

/** From its title: a link to a panel holds while others come and go beside it. */
export const idOf = (title: string): number => createHash('sha256').update(title).digest().readUInt16BE(0) + 1;

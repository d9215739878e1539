// Which kinds of events a kernel does not yield, because what they are made from was not found in it. They get no file,
// so that nobody takes the absence of rows for a finding: rules that need them are not judged.
import type { EventName } from '../../schema/index.js';
import type { KernelProfile } from './profile.js';

/** Kinds that need something of the kernel that was not found. All others come from the machine itself. */
export function kindsLost(profile: Omit<KernelProfile, 'findings' | 'missing'>): EventName[] {
  const { functions, freeList, blocks, referenceCounts, processes, locks } = profile;
  // With several lists, what the allocator merely moves between them is told by its entry and return.
  const isFollowed =
    freeList !== undefined && (freeList.heads.length === 1 || functions.allocate !== undefined);
  const needs: readonly [boolean, readonly EventName[]][] = [
    [isFollowed || blocks !== undefined, ['frame_alloc', 'frame_free']],
    [isFollowed, ['free_frame_write']],
    [functions.allocate !== undefined, ['kalloc']],
    [functions.free !== undefined, ['kfree']],
    [referenceCounts.length > 0, ['refcount_change']],
    [processes !== undefined, ['process', 'context_switch', 'syscall', 'page_fault', 'fault_repeat']],
    // A table is one until its freeing begins; later stores to the frame are about something else.
    [functions.free !== undefined || functions.free_table !== undefined, ['page_table', 'pte_write']],
    [functions.panic !== undefined, ['panic', 'panic_call']],
    [locks !== undefined, ['lock', 'lock_order']],
    // Who frees a page fills it while it is still mapped: the free function tells that from other stores.
    [functions.free !== undefined, ['frame_write']],
  ];
  return needs.flatMap(([found, kinds]) => (found ? [] : kinds));
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.scsi.device.Nexus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the task attributes of a session's commands ask for, unit by unit (SAM-5 §8.6): an ORDERED
 * one begins when all that came before it have ended, and those that come after it begin when it
 * has ended; HEAD OF QUEUE waits for nobody. Commands of other sessions do not come in, for nobody
 * can know which came first. Owned by the event loop; costs nothing while no command is ORDERED.
 */
final class TaskOrders {

  /** Commands that may run side by side: an ORDERED one, or those between two. */
  static final class Group {

    private final Deque<Group> groups;
    private final boolean ordered;
    private final List<IscsiTask> ready = new ArrayList<>();
    private int left;

    private Group(Deque<Group> groups, boolean ordered) {
      this.groups = groups;
      this.ordered = ordered;
    }
  }

  /**
   * For each nexus with an ORDERED command its groups as they came, of which the first one runs.
   */
  private final Map<Nexus, Deque<Group>> orders = new IdentityHashMap<>();

  boolean isEmpty() {
    return orders.isEmpty();
  }

  /**
   * A command has come.
   *
   * @param older those of the session that have not ended
   */
  void arrived(IscsiTask task, Iterable<IscsiTask> older) {
    Nexus nexus = task.nexus();
    if (nexus == null || (!task.isOrdered() && !orders.containsKey(nexus))) {
      return;
    }
    Deque<Group> groups = orders.get(nexus);
    if (groups == null) {
      groups = new ArrayDeque<>();
      orders.put(nexus, groups);
      for (IscsiTask each : older) {
        if (each.nexus() == nexus) {
          join(groups, each);
        }
      }
    }
    join(groups, task);
  }

  private static void join(Deque<Group> groups, IscsiTask task) {
    Group group = task.goesAhead() ? groups.peek() : groups.peekLast();
    boolean apart = !task.goesAhead() && group != null && (task.isOrdered() || group.ordered);
    if (group == null || apart) {
      group = new Group(groups, task.isOrdered());
      groups.add(group);
    }
    group.left++;
    task.group = group;
  }

  /** Whether a command may begin; one that may not is told by {@link #left} when it may. */
  boolean admits(IscsiTask task) {
    Group group = task.group;
    if (group == null || group.groups.peek() == group) {
      return true;
    }
    group.ready.add(task);
    return false;
  }

  /**
   * A command has ended.
   *
   * @return those that may begin now
   */
  List<IscsiTask> left(IscsiTask task) {
    Group group = task.group;
    if (group == null) {
      return List.of();
    }
    task.group = null;
    group.left--;
    group.ready.remove(task);
    Deque<Group> groups = group.groups;
    if (groups.peek() != group || group.left > 0) {
      return List.of();
    }
    while (!groups.isEmpty() && groups.peek().left == 0) {
      groups.poll();
    }
    if (groups.isEmpty() || (groups.size() == 1 && !groups.peek().ordered)) {
      orders.values().removeIf(each -> each == groups);
    }
    return groups.isEmpty() ? List.of() : groups.peek().ready;
  }
}

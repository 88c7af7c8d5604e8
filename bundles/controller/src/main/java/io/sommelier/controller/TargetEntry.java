package io.sommelier.controller;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** A known target: its operations, its members, and the bytes its commands hold. Thread-safe; look-ups take no lock. */
final class TargetEntry {
    private final String targetId;
    private final ConcurrentMap<String, OperationEntry> operations = new ConcurrentHashMap<>();
    private final OperationEntry others = new OperationEntry(OperationEntry.OTHERS);
    private final AtomicLong heldBytes = new AtomicLong();
    private final MailboxReader reader;
    private volatile List<Session> members = List.of();
    private volatile long emptySinceNanos;

    TargetEntry(String targetId, Controller controller) {
        this.targetId = targetId;
        this.emptySinceNanos = controller.nanos();
        this.reader = new MailboxReader(controller, io.sommelier.api.Target.of(targetId), this::members);
    }

    String targetId() {
        return targetId;
    }

    /** The operation, or {@code null} when no member ever served it. */
    OperationEntry operation(String name) {
        return operations.get(name);
    }

    /** Where commands of the operation are counted. */
    OperationEntry row(String name) {
        OperationEntry known = operations.get(name);
        return known == null ? others : known;
    }

    List<OperationEntry> rows() {
        List<OperationEntry> rows = new ArrayList<>(operations.values());
        rows.add(others);
        return rows;
    }

    List<Session> members() {
        return members;
    }

    boolean hasMembers() {
        return !members.isEmpty();
    }

    /** Whether a member other than that one, which may be {@code null}, takes new commands. */
    boolean takesNewBeside(Session lost) {
        for (Session member : members) {
            if (member != lost && member.takesNew()) {
                return true;
            }
        }
        return false;
    }

    AtomicLong heldBytes() {
        return heldBytes;
    }

    MailboxReader reader() {
        return reader;
    }

    long emptySinceNanos() {
        return emptySinceNanos;
    }

    synchronized void join(Session member, Set<String> served) {
        List<Session> more = new ArrayList<>(members);
        more.add(member);
        members = List.copyOf(more);
        for (String name : served) {
            serve(member, name);
        }
    }

    synchronized void leave(Session member, Nanos clock) {
        if (!members.contains(member)) {
            return;
        }
        List<Session> fewer = new ArrayList<>(members);
        fewer.remove(member);
        for (OperationEntry entry : operations.values()) {
            entry.members(entry.members().without(member));
        }
        emptySinceNanos = clock.now();
        members = List.copyOf(fewer);
    }

    /** Changes what a member serves; nothing happens when it has left. */
    synchronized void change(Session member, Collection<String> before, Collection<String> after) {
        if (!members.contains(member)) {
            return;
        }
        for (String name : after) {
            if (!before.contains(name)) {
                serve(member, name);
            }
        }
        for (String name : before) {
            if (!after.contains(name)) {
                OperationEntry entry = operations.get(name);
                entry.members(entry.members().without(member));
            }
        }
    }

    private void serve(Session member, String name) {
        OperationEntry entry = operations.computeIfAbsent(name, OperationEntry::new);
        entry.members(entry.members().with(member));
    }

    /** The monotonic clock. */
    interface Nanos {
        long now();
    }
}

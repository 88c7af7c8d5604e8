package io.sommelier.controller;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A known target: its operations, its members, and the bytes its commands hold. Thread-safe; look-ups take no lock. */
final class TargetEntry {
    private final String targetId;
    private final ConcurrentMap<String, OperationEntry> operations = new ConcurrentHashMap<>();
    private final AtomicInteger held = new AtomicInteger();
    private final OperationEntry others = new OperationEntry(OperationEntry.OTHERS, held);
    private final AtomicLong heldBytes = new AtomicLong();
    private final MailboxReader reader;
    private final NameBudget names;
    private volatile List<Session> members = List.of();
    private volatile long emptySinceNanos;
    private final Map<String, Return> returns = new HashMap<>(); // by channel; under its own lock
    private volatile boolean isAnyExpected;
    private volatile long expectedUntilNanos; // the latest of those

    private record Return(long untilNanos, String transport) {}

    /** A target; its own name is booked by who makes it, those of its operations are booked here. */
    TargetEntry(String targetId, Controller controller, NameBudget names) {
        this.targetId = targetId;
        this.names = names;
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

    /** A member goes in good order, and is expected back, it or another, until then; told before it takes no more. */
    void expectReturn(Session leaver, long nowNanos, long untilNanos) {
        synchronized (returns) { // by the id of the channel: the session would keep the classes of its handlers
            returns.values().removeIf(expected -> nowNanos - expected.untilNanos >= 0);
            returns.put(
                    leaver.channelId(), new Return(untilNanos, leaver.channel().transport()));
            lookUpLatest(nowNanos);
        }
    }

    /** That one will not come back; whoever else is expected still is. */
    void giveUpReturn(Session leaver, long nowNanos) {
        synchronized (returns) {
            if (returns.remove(leaver.channelId()) != null) {
                lookUpLatest(nowNanos);
            }
        }
    }

    private void lookUpLatest(long nowNanos) {
        long latest = nowNanos;
        for (Return expected : returns.values()) {
            latest = expected.untilNanos - latest > 0 ? expected.untilNanos : latest;
        }
        expectedUntilNanos = latest;
        isAnyExpected = !returns.isEmpty();
    }

    /** Whether a member that went is expected back. */
    boolean expectsReturn(long nowNanos) {
        return isAnyExpected && nowNanos - expectedUntilNanos < 0;
    }

    /** Whether members are expected back, and all of them over that transport. */
    boolean isExpectedOver(String transport, long nowNanos) {
        boolean isAny = false;
        synchronized (returns) {
            for (Return expected : returns.values()) {
                if (nowNanos - expected.untilNanos < 0) {
                    if (!expected.transport.equals(transport)) {
                        return false;
                    }
                    isAny = true;
                }
            }
        }
        return isAny;
    }

    /** How many commands wait for members that are being replaced. */
    int held() {
        return held.get();
    }

    /** Lets go on what can: a member came, has room again, or is expected no more. */
    void letOut(Router router) {
        if (held.get() > 0) {
            operations.values().forEach(operation -> operation.hold().letOut(router));
        }
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

    /** Takes a member in; {@code false}, and it is not one, when the names of its operations find no room. */
    synchronized boolean join(Session member, Set<String> served) {
        List<Session> more = new ArrayList<>(members);
        more.add(member);
        for (String name : served) {
            if (!serve(member, name)) {
                unserve(member);
                return false;
            }
        }
        members = List.copyOf(more);
        return true;
    }

    synchronized void leave(Session member, Nanos clock) {
        if (!members.contains(member)) {
            return;
        }
        List<Session> fewer = new ArrayList<>(members);
        fewer.remove(member);
        unserve(member);
        emptySinceNanos = clock.now();
        members = List.copyOf(fewer);
    }

    /** Changes what a member serves; nothing happens when it has left. Gives the names that found no room, and are not served. */
    synchronized Set<String> change(Session member, Collection<String> before, Collection<String> after) {
        if (!members.contains(member)) {
            return Set.of();
        }
        Set<String> without = new HashSet<>();
        for (String name : after) {
            if (!before.contains(name) && !serve(member, name)) {
                without.add(name);
            }
        }
        for (String name : before) {
            if (!after.contains(name)) {
                OperationEntry entry = operations.get(name);
                entry.members(entry.members().without(member));
            }
        }
        return without;
    }

    /** What a member served is being replaced, and is expected back until then; told before it is not served any more. */
    synchronized void expectReturn(Collection<String> replaced, long untilNanos) {
        for (String name : replaced) {
            OperationEntry entry = operations.get(name);
            if (entry != null) {
                entry.expectReturn(untilNanos);
            }
        }
    }

    private boolean serve(Session member, String name) {
        OperationEntry entry = operations.get(name);
        if (entry == null) {
            if (!names.take()) {
                return false;
            }
            entry = new OperationEntry(name, held);
            operations.put(name, entry);
        }
        entry.members(entry.members().with(member));
        return true;
    }

    private void unserve(Session member) {
        for (OperationEntry entry : operations.values()) {
            entry.members(entry.members().without(member));
        }
    }

    /** Forgets the operations that no member serves now; how their commands ended is counted with those that nobody ever served. */
    synchronized void forgetUnserved() {
        for (OperationEntry entry : operations.values()) {
            if (entry.members().size() == 0 && !entry.hold().isHolding()) {
                operations.remove(entry.operation());
                others.addAll(entry);
                names.give(1);
            }
        }
    }

    /** Gives back the names of all operations, and its own; the target is used no more. */
    synchronized void forgotten() {
        names.give(operations.size() + 1);
    }

    /** The monotonic clock. */
    interface Nanos {
        long now();
    }
}

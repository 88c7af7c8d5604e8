package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.api.admin.HealthView;
import io.sommelier.spi.Channel;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import io.sommelier.spi.ReplyPath;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connector at this controller: as a caller, and, where it serves a target, as a member of it. Thread-safe. */
final class Session implements Peer, Holder {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final Controller controller;
    private final String channelId;
    private final Channel channel;
    private final Hello hello;
    private final Principal principal;
    private final Welcome welcome;
    private final MailboxReader reader;
    private final long sinceNanos;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile Set<String> operations;
    private volatile TargetEntry target;
    private volatile MemberHealth health; // null while it is not asked
    private volatile boolean isGoing;
    private volatile boolean takesNew = true; // neither going nor down
    private volatile ChannelDrain drain; // null while nobody drains it
    private volatile Goodbye goodbye; // null while it is here

    /**
     * A connector whose hello was taken.
     *
     * @param channelId what operators call its channel
     * @param welcome what it is told, and the target that it serves, whatever its hello asks for
     */
    Session(
            Controller controller,
            String channelId,
            Channel channel,
            Hello hello,
            Principal principal,
            Welcome welcome) {
        this.controller = controller;
        this.channelId = channelId;
        this.channel = channel;
        this.sinceNanos = controller.nanos();
        this.hello = hello;
        this.principal = principal;
        this.welcome = welcome;
        this.operations = withoutHealth(hello.operations());
        if (asksForHealth(hello.operations())) {
            this.health = newHealth();
        }
        this.reader = welcome.targetId().isEmpty()
                ? null
                : new MailboxReader(
                        controller,
                        new io.sommelier.api.Target(welcome.targetId(), hello.instance()),
                        () -> java.util.List.of(this));
    }

    String channelId() {
        return channelId;
    }

    Channel channel() {
        return channel;
    }

    /** When its hello was taken. */
    long sinceNanos() {
        return sinceNanos;
    }

    String instance() {
        return hello.instance();
    }

    Principal principal() {
        return principal;
    }

    Map<String, String> attributes() {
        return hello.attributes();
    }

    String attribute(String name) {
        return hello.attributes().getOrDefault(name, "");
    }

    /** The name of what it serves, as it was given, or empty. */
    String targetId() {
        return welcome.targetId();
    }

    /** The name of what it asked to serve, or empty. */
    String askedTargetId() {
        return hello.targetId();
    }

    /** What it serves; {@code null} when it only sends, or is not taken in yet. */
    TargetEntry target() {
        return target;
    }

    /** It is about to be a member of that. */
    void target(TargetEntry joined) {
        target = joined;
    }

    /** What callers may send it; not {@link Health#OPERATION}. */
    Set<String> operations() {
        return operations;
    }

    static Set<String> withoutHealth(Set<String> operations) {
        if (!asksForHealth(operations)) {
            return operations;
        }
        Set<String> others = new HashSet<>(operations);
        others.remove(Health.OPERATION);
        return Set.copyOf(others);
    }

    private static boolean asksForHealth(Set<String> operations) {
        return operations.contains(Health.OPERATION);
    }

    int inFlight() {
        return inFlight.get();
    }

    int capacity() {
        return hello.capacity();
    }

    AtomicLong heldBytes() {
        return heldBytes;
    }

    boolean isAvailable() {
        return takesNew && inFlight.get() < hello.capacity();
    }

    /** Whether it is given new commands: it is neither going nor down. */
    boolean takesNew() {
        return takesNew;
    }

    /** Whether it takes no new commands any more, down or not. */
    boolean isGoing() {
        return isGoing;
    }

    /** Takes one command's worth of capacity; {@code false} when there is none. */
    boolean acquire() {
        if (!takesNew) {
            return false;
        }
        if (inFlight.incrementAndGet() <= hello.capacity()) {
            return true;
        }
        inFlight.decrementAndGet();
        return false;
    }

    /** Gives back what was acquired in vain. Nobody is told that there is room: who has just found none would try again without an end. */
    void giveBack() {
        inFlight.decrementAndGet();
    }

    @Override
    public void release() {
        inFlight.decrementAndGet();
        ChannelDrain draining = drain;
        if (draining != null) {
            draining.released();
        }
        reader.capacityFreed();
        target.reader().capacityFreed();
        if (target.held() > 0) {
            target.letOut(controller.router());
        }
    }

    @Override
    public void credit(Pending entry, long bytes) {
        channel.credit(entry, bytes);
    }

    @Override
    public void cancel(Pending entry, String reason) {
        channel.cancel(entry, reason);
    }

    /** Looks again at whether the mailboxes of the target and of the instance can be read. */
    void refreshReaders() {
        if (target != null) {
            reader.refresh();
            target.reader().refresh();
        }
    }

    /** The token of an earlier channel that its hello showed, or empty. */
    String resumeToken() {
        return hello.resumeToken();
    }

    boolean mayResume(String token) {
        return !token.isEmpty() && token.equals(welcome.resumeToken());
    }

    /** Gives it no new commands from now on, and does not ask how it is. */
    void retire() {
        isGoing = true;
        updateTakesNew();
        MemberHealth asked = health;
        if (asked != null) {
            asked.stop();
        }
    }

    /** From what is true now, so that of several who have changed it the order does not matter. */
    private synchronized void updateTakesNew() {
        takesNew = !isGoing && !isDown();
    }

    // ---- how it is ----

    private MemberHealth newHealth() {
        return new MemberHealth(controller, this, controller.health().next());
    }

    /** Whether so many checks failed that it is given no new commands. */
    boolean isDown() {
        MemberHealth asked = health;
        return asked != null && asked.isDown();
    }

    /** How it is, for a person. */
    HealthView healthView(long nowNanos) {
        MemberHealth asked = health;
        return asked == null
                ? new HealthView(HealthView.State.UNASKED, Duration.ofNanos(nowNanos - sinceNanos), 0, "")
                : asked.view(nowNanos);
    }

    /** It is another channel of a process that had that one. */
    void inheritHealth(Session old) {
        MemberHealth asked = health;
        MemberHealth before = old.health;
        if (asked != null && before != null) {
            asked.inherit(before);
            updateTakesNew();
        }
    }

    /** It is in, and may be asked. */
    void beginHealth() {
        MemberHealth asked = health;
        if (asked == null) {
            return;
        }
        if (asked.isDown()) {
            expectReturn();
        }
        controller.health().look(asked);
    }

    /** It is down, or up again: from now on it takes no new commands, or does. Calls nobody. */
    void settleHealth() {
        if (isDown() && !isGoing) {
            expectReturn(); // before it takes no more, so that no command falls between
        }
        updateTakesNew();
    }

    /** What waits for it can go on, or has to go elsewhere. */
    void healthChanged() {
        refreshReaders();
        if (target != null) {
            target.letOut(controller.router());
        }
    }

    private void askFrom(Set<String> changed) {
        MemberHealth asked = health;
        if (asksForHealth(changed) == (asked != null)) {
            return;
        }
        if (asked == null) {
            health = newHealth();
            beginHealth();
            if (isGoing) {
                health.stop();
            }
        } else {
            health = null;
            asked.stop();
            settleHealth(); // whatever its last answer has just changed
            healthChanged();
            if (asked.isDown()) {
                LOG.info("{} counts as up: it is not asked any more", this);
            }
        }
    }

    @Override
    public Welcome welcome() {
        return welcome;
    }

    @Override
    public Incoming command(Command command, long initialCredit, ReplyPath replyPath) {
        ChannelDrain draining = drain;
        if (draining != null) {
            draining.crossed();
        }
        return controller.submit(this, command, initialCredit, replyPath);
    }

    @Override
    public void operations(Set<String> changed) {
        operations(changed, Set.of());
    }

    @Override
    public void operations(Set<String> changed, Set<String> replaced) {
        if (target != null) {
            long limitNanos = controller.settings().hold().limit().toNanos();
            if (!replaced.isEmpty() && limitNanos > 0) {
                target.expectReturn(replaced, controller.nanos() + limitNanos);
            }
            Set<String> before = operations;
            askFrom(changed);
            Set<String> permitted = controller.permitted(this, before, withoutHealth(changed));
            operations = permitted;
            Set<String> without = target.change(this, before, permitted);
            target.letOut(controller.router());
            if (!without.isEmpty()) {
                operations = permitted.stream()
                        .filter(name -> !without.contains(name))
                        .collect(Collectors.toUnmodifiableSet());
                LOG.warn("{} does not serve {}: as many names are remembered as may be", this, without);
            }
        }
    }

    @Override
    public void draining() {
        if (!isGoing && drain == null) {
            expectReturn();
        }
        retire();
        if (target != null) {
            reader.close();
            target.reader().refresh();
        }
    }

    /** It goes in good order; told before it takes no more, so that no command falls between. */
    void expectReturn() {
        expectReturn(Duration.ZERO);
    }

    private void expectReturn(Duration after) {
        long limitNanos = controller.settings().hold().limit().toNanos();
        if (target != null && limitNanos > 0) {
            long now = controller.nanos();
            target.expectReturn(this, now, now + after.toNanos() + limitNanos);
        }
    }

    /**
     * Gives it nothing new from now on, for its channel is to be drained: whoever orders it calls {@link ChannelDrain#begin}, and closes it at the limit. One that drains is not drained anew.
     *
     * @param then is said at the end
     * @param limit how long it may take
     * @param sentBefore how many commands of the connector are under way
     */
    ChannelDrain drain(Goodbye then, Duration limit, int sentBefore) {
        ChannelDrain fresh = new ChannelDrain(this, then, sentBefore);
        synchronized (this) {
            if (drain != null) {
                return drain;
            }
            drain = fresh;
        }
        Goodbye said = goodbye;
        if (said != null) {
            fresh.closed(said); // it has just gone, and may not have seen the drain
        } else {
            if (!isGoing) {
                expectReturn(limit);
            }
            draining();
        }
        return fresh;
    }

    /** The drain of its channel, or {@code null}. */
    ChannelDrain drain() {
        return drain;
    }

    @Override
    public void closed(Goodbye said) {
        boolean isInOrder = said.reason() == CloseReason.NORMAL || said.reason() == CloseReason.SHUTDOWN;
        if (isInOrder) {
            expectReturn();
        } else if (target != null) {
            target.giveUpReturn(this, controller.nanos());
        }
        retire();
        controller.left(this, said);
        goodbye = said;
        ChannelDrain draining = drain;
        if (draining != null) {
            draining.closed(said);
        }
        if (target != null) {
            target.letOut(controller.router());
        }
        if (target != null) {
            reader.close();
            target.reader().refresh();
        }
    }

    @Override
    public String toString() {
        return hello.instance() + " (" + channel.transport() + " " + channel.remoteAddress() + ")";
    }
}

package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.runtime.artemis.PullConsumer;
import io.sommelier.spi.Mailbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands from the broker for all intakes. Everything, the listeners included, is done by its one thread; others leave it tasks, of which there are never more than a
 * few for each intake and each command that is held.
 *
 * <p>It remembers, over the loss of a connection, which commands are still worked on (they get the new delivery), which are done (their new delivery is acknowledged at once),
 * and which were not begun (that delivery did not count).
 */
final class Reader extends SessionThread {
    private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
    private static final long SWEEP_NANOS = 2_000_000_000L;
    private static final int MOST_REMEMBERED = 16_384;
    /** Looks at the broker, a round trip or two each, between two turns of all else. */
    private static final int LOOKS = 16;

    private final Counters counters;
    private final BrokerClock clock;
    private final LongSupplier nanos;
    private final PutWriter writer;
    private final Presence presence;
    private final IdleMailboxes idle;
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final Map<String, List<MailboxIntake>> intakes = new HashMap<>();
    private final Set<MailboxIntake> toLookAt = new LinkedHashSet<>();
    private final Map<Delivery, HeldCommand> detached = new HashMap<>();
    private final Map<Delivery, Boolean> done = remembering();
    private final Map<Delivery, Integer> notBegun = remembering();
    private final Map<Delivery, Exchange.Replacement> replacements = remembering();
    private ClientSession session;
    private ClockEcho echo;
    /** {@code null} where the broker tells none. */
    private QueueNews news;

    private String newsProblem = "";
    private long nextSweep = System.nanoTime();

    /** Something for the thread to do. */
    @FunctionalInterface
    interface Task {
        void run() throws ActiveMQException;
    }

    /** Which message it is, and of which command: the number alone may come again from another broker. */
    record Delivery(long messageId, CommandId commandId) {}

    Reader(
            String name,
            MailboxSettings settings,
            Counters counters,
            BrokerClock clock,
            LongSupplier nanos,
            PutWriter writer,
            IdleTimes idleTimes) {
        super(name, settings, counters);
        this.counters = counters;
        this.clock = clock;
        this.nanos = nanos;
        this.writer = writer;
        this.presence = new Presence();
        this.idle = new IdleMailboxes(idleTimes, new OwnReaders(), counters);
    }

    private static <V> Map<Delivery, V> remembering() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Delivery, V> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
    }

    // ---- from any thread ----

    void submit(Task task) {
        tasks.add(task);
        wake();
    }

    Mailbox.Intake open(Target address, Mailbox.Listener listener) {
        MailboxIntake intake = new MailboxIntake(this, address, listener, counters);
        submit(() -> intakes.computeIfAbsent(intake.queue(), queue -> new ArrayList<>(1))
                .add(intake));
        return intake;
    }

    boolean hasRemoteConsumers(Target address) {
        return presence.ask(QueueNames.of(address));
    }

    // ---- the thread ----

    @Override
    ClientSessionFactory connect(CoreAccess broker) throws ActiveMQException {
        return broker.connectToTake();
    }

    @Override
    ClientSession open(CoreAccess broker, ClientSessionFactory connection) throws ActiveMQException {
        return broker.openForTransactions(connection);
    }

    @Override
    void connected(ClientSession opened) throws ActiveMQException {
        clock.forget();
        echo = new ClockEcho(opened, clock, nanos);
        QueueNews opening = new QueueNews(opened, this::wake);
        String refusal = listen(opening, echo.queue());
        echo.measure();
        if (refusal.isEmpty() && !opening.heardOf(echo.queue())) {
            refusal = "none came when one should";
            opening.close();
        }
        news = refusal.isEmpty() ? opening : null;
        if (!refusal.isEmpty() && !refusal.equals(newsProblem)) {
            LOG.warn(
                    "the broker does not say which queues are made, so each instance that is connected has one made at once, some 50 KB of the broker's heap each: {}",
                    refusal);
        }
        newsProblem = refusal;
        session = opened;
        for (MailboxIntake intake : all()) {
            intake.pump();
        }
    }

    /** Listens for news of queues; gives what the broker has against it, or nothing. */
    private static String listen(QueueNews opening, String probe) throws ActiveMQException {
        try {
            opening.subscribe(probe);
            return "";
        } catch (ActiveMQException e) {
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
            opening.close();
            return e.getMessage();
        }
    }

    private List<MailboxIntake> all() {
        return intakes.values().stream().flatMap(List::stream).toList();
    }

    private List<MailboxIntake> of(String queue) {
        return List.copyOf(intakes.getOrDefault(queue, List.of()));
    }

    @Override
    long work() throws ActiveMQException {
        runTasks();
        hear();
        boolean hasMore = look();
        long now = System.nanoTime();
        echo.measureWhenDue(settings().clockPeriod().toNanos());
        presence.refreshWhenDue(session, now, this::ownConsumers);
        if (now - nextSweep >= 0) {
            nextSweep = now + SWEEP_NANOS;
            for (MailboxIntake intake : all()) {
                intake.sweep();
            }
        }
        long nextIdle = news == null
                ? SWEEP_NANOS // without news nobody would hear that his mailbox is made again
                : idle.work(session, now, settings().removeIdleAfter().toNanos());
        return hasMore ? 0 : Math.min(Math.min(presence.dueInNanos(now), nextIdle), SWEEP_NANOS);
    }

    private void hear() throws ActiveMQException {
        for (QueueNews.Item item = nextNews(); item != null; item = nextNews()) {
            for (MailboxIntake intake : of(item.queue())) {
                if (item.came()) {
                    intake.queueCame();
                } else if (item.isHere()) {
                    intake.queueWent();
                }
            }
            if (!item.came() && item.isHere()) {
                idle.gone(item.queue());
            }
        }
    }

    private QueueNews.Item nextNews() throws ActiveMQException {
        return news == null ? null : news.next();
    }

    /** Looks for the queues of a few intakes; {@code true} when there are more. */
    private boolean look() throws ActiveMQException {
        for (int i = 0; i < LOOKS && !toLookAt.isEmpty(); i++) {
            MailboxIntake intake = toLookAt.iterator().next();
            toLookAt.remove(intake);
            intake.look();
        }
        return !toLookAt.isEmpty();
    }

    private void runTasks() throws ActiveMQException {
        for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    void idle() {
        try {
            runTasks();
        } catch (ActiveMQException e) {
            throw new IllegalStateException("a task used the broker without a session", e);
        }
    }

    @Override
    boolean leaving() throws ActiveMQException {
        runTasks();
        echo.close(); // waits for the broker, so that it has seen what was acknowledged before
        if (news != null) {
            news.close();
        }
        boolean holds = false;
        for (MailboxIntake intake : all()) {
            holds |= intake.letGo();
        }
        return holds;
    }

    @Override
    void disconnected() {
        session = null;
        echo = null;
        news = null;
        toLookAt.clear();
        idle.disconnected();
        for (MailboxIntake intake : all()) {
            intake.disconnected();
        }
        idle();
    }

    private int ownConsumers(String queue) {
        int own = 0;
        for (MailboxIntake intake : of(queue)) {
            own += intake.consumers();
        }
        return own;
    }

    /** The intakes here, as far as the removal of idle mailboxes is concerned. */
    private final class OwnReaders implements IdleMailboxes.Readers {
        @Override
        public int consumers(String queue) {
            int sum = 0;
            for (MailboxIntake intake : of(queue)) {
                int consumers = intake.idleConsumers();
                if (consumers < 0) {
                    return -1;
                }
                sum += consumers;
            }
            return sum;
        }

        @Override
        public void pause(String queue) throws ActiveMQException {
            for (MailboxIntake intake : of(queue)) {
                intake.pause();
            }
        }

        @Override
        public void resume(String queue) throws ActiveMQException {
            for (MailboxIntake intake : of(queue)) {
                intake.resume();
            }
        }
    }

    // ---- what intakes and commands need; on the thread ----

    /** The mailbox of an instance is there, and something came, or it was opened or closed. */
    void used(String queue) {
        idle.used(queue);
    }

    /** The session, or {@code null}. */
    ClientSession session() {
        return session;
    }

    void forget(MailboxIntake intake) {
        toLookAt.remove(intake);
        intakes.computeIfPresent(intake.queue(), (queue, open) -> {
            open.remove(intake);
            return open.isEmpty() ? null : open;
        });
    }

    /** Whether the broker tells which queues come and go. */
    boolean hearsNews() {
        return news != null;
    }

    /** Has an intake look for its queue, a few at a time. */
    void lookSoon(MailboxIntake intake) {
        toLookAt.add(intake);
    }

    PullConsumer consume(String queue, PullConsumer.Handler handler) throws ActiveMQException {
        return PullConsumer.open(session, queue, handler);
    }

    long waitedNanos(ClientMessage message) {
        long stamp = MessageForm.ingressMillis(message);
        return stamp == 0 ? 0 : clock.since(stamp);
    }

    /** What is still worked on and lost its message; {@code null} for none. */
    HeldCommand reattach(Delivery delivery) {
        return detached.remove(delivery);
    }

    void detach(Delivery delivery, HeldCommand held) {
        detached.put(delivery, held);
    }

    boolean isDone(Delivery delivery) {
        return done.containsKey(delivery);
    }

    void rememberDone(Delivery delivery) {
        done.put(delivery, Boolean.TRUE);
        notBegun.remove(delivery);
    }

    /** What is to take the place of a message whose delivery is lost; {@code null} for nothing. */
    Exchange.Replacement replacement(Delivery delivery) {
        return replacements.remove(delivery);
    }

    void rememberReplacement(Delivery delivery, Exchange.Replacement replacement) {
        replacements.put(delivery, replacement);
    }

    /** The replacement of a command by its next attempt. */
    Exchange.Replacement retry(
            String queue, Command command, Mailbox.Origin next, long deadlineNanos, long delayNanos) {
        long dueNanos = nanos.getAsLong() + delayNanos;
        return new Exchange.Replacement(queue, command.durable(), message -> {
            long now = nanos.getAsLong();
            MessageForm.write(command, next, deadlineNanos - now, message);
            if (dueNanos - now > 0) {
                message.putLongProperty(Message.HDR_SCHEDULED_DELIVERY_TIME, clock.millisIn(dueNanos - now));
            }
        });
    }

    /** The replacement of a command by one that waits for an operator. */
    Exchange.Replacement burial(
            String queue, Command command, Mailbox.Origin origin, long deadlineNanos, CommandError why) {
        return new Exchange.Replacement(QueueNames.DEAD, true, message -> {
            MessageForm.write(command, origin, deadlineNanos - nanos.getAsLong(), message);
            MessageForm.writeEnd(queue, why, message);
        });
    }

    long nanos() {
        return nanos.getAsLong();
    }

    void rememberNotBegun(Delivery delivery) {
        notBegun.merge(delivery, 1, Integer::sum);
    }

    int deliveries(Delivery delivery, ClientMessage message) {
        return Math.max(1, message.getDeliveryCount() - notBegun.getOrDefault(delivery, 0));
    }

    void bury(ClientMessage message, byte[] body, String reason, Task buried, Task failed) {
        counters.dead.increment();
        LOG.warn("a message in {} is no command and goes to {}: {}", message.getAddress(), QueueNames.DEAD, reason);
        writer.bury(message, body, reason).whenComplete((ok, failure) -> submit(failure == null ? buried : failed));
    }
}

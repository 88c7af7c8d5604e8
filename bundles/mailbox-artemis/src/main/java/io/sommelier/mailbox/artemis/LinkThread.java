package io.sommelier.mailbox.artemis;

import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The line of one controller: its queue, which it alone reads, and what it sends to the queues of others. Many threads leave notes, one sends them without waiting and looks
 * who is there; the client's thread delivers what comes. Thread-safe.
 *
 * <p>What was sent and not confirmed when the connection is lost is sent again when there is one, in the same order. What comes is acknowledged when the listener has had it, so
 * a connection that is lost loses no note, though some come twice. Only a broker that ends takes notes with it.
 *
 * <p>There are three sessions, since the client confuses what it told a handler with the answer to a question: one sends, one asks, and one, on another connection, takes, so that others see
 * at once when this process dies.
 */
final class LinkThread extends SessionThread implements ControllerLink.Line, Letter.LetterCount {
    private static final Logger LOG = LoggerFactory.getLogger(LinkThread.class);
    private static final long LOOK_NANOS = 500_000_000L;
    private static final long CONFIRM_NANOS = 50_000_000L;
    private static final long PING_NANOS = 1_000_000_000L;
    private static final long REFUSED_QUIETLY_NANOS = 5_000_000_000L;
    private static final long UNUSED_NANOS = 60_000_000_000L;
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int MOST_OTHERS = 10_000;

    private final ControllerLink.Sender self;
    private final String queue;
    private final ControllerLink.Listener listener;
    private final LinkCounters counters;
    private final Queue<Letter> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    // of the thread
    private final Map<String, Lane> lanes = new HashMap<>();
    private ClientSession sending;
    private ClientSession asking;
    private ClientSession taking;
    private ClientProducer producer;
    private boolean hasBeenUp;
    private boolean isDown = true;
    private long nextLook;
    private long settledNanos;
    private long refusedSinceNanos;
    private boolean refusalTold;

    /** Another controller of which something was heard. */
    private static final class Heard {
        final long run;
        volatile long lastNanos = System.nanoTime();

        Heard(long run) {
            this.run = run;
        }
    }

    /** The counters behind {@link LinkCounts}. */
    static final class LinkCounters {
        final LongAdder sent = new LongAdder();
        final LongAdder lost = new LongAdder();
        final LongAdder came = new LongAdder();
        final LongAdder malformed = new LongAdder();
    }

    LinkThread(
            String name,
            String controllerId,
            MailboxSettings settings,
            ControllerLink.Listener listener,
            LinkCounters counters) {
        super(name, settings, new Counters());
        this.self = new ControllerLink.Sender(
                controllerId, ThreadLocalRandom.current().nextLong());
        this.queue = QueueNames.ofController(controllerId);
        this.listener = listener;
        this.counters = counters;
    }

    // ---- from any thread ----

    @Override
    public CompletionStage<Void> send(String controllerId, Note note) {
        Letter letter = new Letter(controllerId, note, (byte) 0, this);
        boolean countFits = count.incrementAndGet() <= settings().maxNotes();
        boolean bytesFit = bytes.addAndGet(letter.size) <= settings().maxNoteBytes()
                || letter.size == 0
                || bytes.get() == letter.size;
        if (closed) {
            letter.giveUp("the line is closed");
        } else if (!countFits || !bytesFit) {
            letter.fail(ErrorCode.OVERLOADED, Outcome.NOT_SENT, "too many notes are on their way to other controllers");
        } else {
            inbox.add(letter);
            if (closed) {
                endInbox();
            } else {
                wake();
            }
        }
        return letter.future;
    }

    @Override
    public void ended(Letter letter, boolean arrived) {
        if (letter.note == null) {
            return;
        }
        count.decrementAndGet();
        bytes.addAndGet(-letter.size);
        (arrived ? counters.sent : counters.lost).increment();
    }

    int onTheirWay() {
        return count.get();
    }

    @Override
    public void close() {
        closed = true;
        stop();
    }

    // ---- the thread of the client ----

    private void take(ClientMessage message) {
        try {
            NoteForm.Content content = NoteForm.read(message);
            hear(content.from());
            if (content.note() != null) {
                counters.came.increment();
                listener.note(content.from(), content.note());
            } else if (content.kind() == NoteForm.PING) {
                inbox.add(new Letter(content.from().controllerId(), null, NoteForm.PONG, this));
                wake();
            }
        } catch (IllegalArgumentException e) {
            counters.malformed.increment();
            LOG.debug("a message in {} is no note: {}", queue, e.getMessage());
        } catch (ActiveMQException e) { // of the client, about a body that did not arrive: it comes again
            LOG.debug("a note in {} did not arrive whole", queue, e);
            return;
        } catch (RuntimeException e) { // of the listener, which is not ours
            LOG.error("a note in {} was not taken; this is a defect, please report it", queue, e);
        }
        try {
            message.individualAcknowledge();
        } catch (ActiveMQException e) {
            LOG.debug("a note in {} was not acknowledged, and comes again", queue, e);
        }
    }

    /** Of two runs of one controller, the one that was heard last is there. */
    private void hear(ControllerLink.Sender from) {
        Heard before = heard.get(from.controllerId());
        if (before != null && before.run == from.run()) {
            before.lastNanos = System.nanoTime();
        } else if (from.controllerId().equals(self.controllerId())) {
            return;
        } else if (before != null || heard.size() < MOST_OTHERS) {
            heard.put(from.controllerId(), new Heard(from.run()));
            news.add(() -> {
                lane(from.controllerId());
                if (before != null) {
                    listener.gone(new ControllerLink.Sender(from.controllerId(), before.run));
                }
            });
            wake();
        }
    }

    // ---- the thread ----

    @Override
    void connected(ClientSession opened) throws ActiveMQException {
        sending = opened;
        producer = opened.createProducer();
        asking = openAnother();
        asking.start();
        taking = openToTake();
        Queues.makeForController(asking, queue);
        try {
            taking.createConsumer(SimpleString.of(queue), null, WINDOW_BYTES, -1, false)
                    .setMessageHandler(this::take);
        } catch (ActiveMQException e) {
            throw e.getType() == ActiveMQExceptionType.MAX_CONSUMER_LIMIT_EXCEEDED ? refused() : e;
        }
        taking.start();
        if (refusalTold) {
            LOG.info("the line of controller {} is there now", self.controllerId());
        }
        refusalTold = false;
        refusedSinceNanos = 0;
        long now = System.nanoTime();
        // Whoever lost the same broker may take that long to be there again.
        settledNanos = hasBeenUp ? now + 2 * settings().retryMost().toNanos() : now;
        nextLook = now;
        hasBeenUp = true;
        isDown = false;
        listener.up();
    }

    private ActiveMQException refused() {
        long now = System.nanoTime();
        if (refusedSinceNanos == 0) {
            refusedSinceNanos = now;
        }
        String what = "another reads " + queue + ": either a second controller at this broker has the id "
                + self.controllerId() + ", or an earlier connection of this one has not ended yet";
        if (!refusalTold && now - refusedSinceNanos > REFUSED_QUIETLY_NANOS) {
            refusalTold = true;
            LOG.error(
                    "{}. Replies from other controllers cannot come here. Give each controller an id of its own", what);
        }
        return new ActiveMQException(what);
    }

    @Override
    long work() throws ActiveMQException {
        sort();
        long now = System.nanoTime();
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS;
            look(now);
        }
        boolean isBusy = false;
        for (Lane lane : lanes.values()) {
            pump(lane, now);
            Letter oldest = lane.oldestSent();
            isBusy |= oldest != null;
            if (oldest != null && now - oldest.atNanos > limitNanos()) {
                throw new ActiveMQException("the broker did not confirm a note within "
                        + settings().putLimit().toMillis() + " ms");
            }
        }
        return isBusy ? CONFIRM_NANOS : Math.max(1, nextLook - now);
    }

    private long limitNanos() {
        return settings().putLimit().toNanos();
    }

    /** Puts what came in before its lanes. */
    private void sort() {
        for (Runnable each = news.poll(); each != null; each = news.poll()) {
            each.run();
        }
        for (Letter letter = inbox.poll(); letter != null; letter = inbox.poll()) {
            lane(letter.to).add(letter);
        }
    }

    private Lane lane(String controllerId) {
        return lanes.computeIfAbsent(controllerId, id -> new Lane(id, System.nanoTime()));
    }

    private void pump(Lane lane, long now) throws ActiveMQException {
        if (!lane.hasWaiting()) {
            return;
        }
        if (lane.presence == Lane.Presence.NOT_KNOWN) {
            see(lane, now);
        }
        if (lane.presence == Lane.Presence.GONE) {
            lane.clear(letter -> letter.fail(
                    ErrorCode.CONTROLLER_GONE, Outcome.NOT_SENT, "the controller " + lane.controllerId + " is gone"));
        } else if (lane.presence == Lane.Presence.THERE) {
            for (Letter letter = lane.next(); letter != null; letter = lane.next()) {
                send(lane, letter);
            }
        }
    }

    private void send(Lane lane, Letter letter) throws ActiveMQException {
        ClientMessage message = sending.createMessage(false);
        if (letter.note == null) {
            NoteForm.write(self, letter.kind, message);
        } else {
            NoteForm.write(self, letter.note, message);
        }
        try {
            producer.send(SimpleString.of(lane.queue), message, letter);
        } catch (ActiveMQException e) {
            letter.sendFailed(message, e);
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
        }
    }

    // ---- who is there ----

    private void look(long now) throws ActiveMQException {
        for (Iterator<Lane> all = lanes.values().iterator(); all.hasNext(); ) {
            Lane lane = all.next();
            see(lane, now);
            lane.expire(now, limitNanos());
            Heard known = heard.get(lane.controllerId);
            if (lane.presence == Lane.Presence.GONE && known != null) {
                heard.remove(lane.controllerId);
                listener.gone(new ControllerLink.Sender(lane.controllerId, known.run));
            } else if (lane.presence == Lane.Presence.THERE && known != null) {
                ping(lane, known, now);
            }
            boolean isUnused = lane.isEmpty() && now - lane.usedNanos > UNUSED_NANOS;
            if (isUnused && (known == null || lane.presence == Lane.Presence.GONE)) {
                all.remove();
            }
        }
    }

    /** A controller that died and came back is there all the while; so whoever is silent is asked which run it is. */
    private void ping(Lane lane, Heard known, long now) {
        if (now - known.lastNanos > PING_NANOS && now - lane.pingedNanos > PING_NANOS) {
            lane.pingedNanos = now;
            lane.add(new Letter(lane.controllerId, null, NoteForm.PING, this));
        }
    }

    private void see(Lane lane, long now) throws ActiveMQException {
        if (Queues.isRead(asking, lane.queue)) {
            lane.presence = Lane.Presence.THERE;
            lane.awaySinceNanos = 0;
        } else {
            if (lane.awaySinceNanos == 0) {
                lane.awaySinceNanos = now == 0 ? 1 : now;
            }
            long goneAfter = settings().goneAfter().toNanos();
            boolean isGone = now - lane.awaySinceNanos >= goneAfter && now - settledNanos >= 0;
            lane.presence = isGone ? Lane.Presence.GONE : Lane.Presence.AWAY;
        }
    }

    // ---- the end ----

    @Override
    void idle() {
        sort();
        long now = System.nanoTime();
        for (Lane lane : lanes.values()) {
            lane.expire(now, limitNanos());
        }
        if (isStopping()) {
            lanes.values().forEach(lane -> lane.clear(letter -> letter.giveUp("the line is closed")));
            endInbox();
        }
    }

    private void endInbox() {
        for (Letter letter = inbox.poll(); letter != null; letter = inbox.poll()) {
            letter.giveUp("the line is closed");
        }
    }

    @Override
    boolean leaving() throws ActiveMQException {
        work(); // what was said last, such as that commands have ended
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (lanes.values().stream().anyMatch(lane -> lane.oldestSent() != null) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(this, 1_000_000);
        }
        taking.close();
        asking.deleteQueue(SimpleString.of(queue));
        return false;
    }

    @Override
    void disconnected() {
        sending = null;
        asking = null;
        taking = null;
        producer = null;
        for (Lane lane : lanes.values()) {
            lane.sendAgain();
            if (lane.presence != Lane.Presence.GONE) {
                lane.presence = Lane.Presence.NOT_KNOWN;
                lane.awaySinceNanos = 0;
            }
        }
        if (!isDown) {
            isDown = true;
            listener.down();
        }
        idle();
    }
}

package io.sommelier.controller;

import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Takes commands out of the mailbox of one address while it has members with free capacity, and never more than they have free. Thread-safe; what it does is done by one
 * thread at a time, and no lock is held across a call.
 */
final class MailboxReader implements Mailbox.Listener {
    private static final int WINDOW = 64;

    /** How long nothing is asked for when a command went back. */
    private static final long PAUSE_MILLIS = 10;

    private final Controller controller;
    private final Target address;
    private final Supplier<List<Session>> members;
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean closed;
    private volatile boolean paused;
    private volatile Mailbox.Intake intake;
    private Mailbox mailbox;

    MailboxReader(Controller controller, Target address, Supplier<List<Session>> members) {
        this.controller = controller;
        this.address = address;
        this.members = members;
    }

    /** Opens, closes or asks for more, as mailbox and members are now. */
    void refresh() {
        if (work.getAndIncrement() != 0) {
            return; // the one at work looks again
        }
        int seen = 1;
        do {
            look();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void look() {
        Mailbox present = controller.mailbox();
        int free = present == null || isClosed() ? 0 : freeCapacity();
        Mailbox.Intake open = intake;
        if (open != null && (present != mailbox || free == 0 && !anyTakesNew())) {
            intake = null;
            asked.set(0);
            open.close();
            open = null;
        }
        if (open == null && present != null && anyTakesNew()) { // also while nobody has room: what frees it asks
            mailbox = present;
            open = present.open(address, this);
            intake = open;
        }
        int more = paused ? 0 : Math.min(free, WINDOW) - asked.get();
        if (open != null && more > 0) {
            asked.addAndGet(more);
            open.request(more);
        }
    }

    private boolean isClosed() {
        return closed || !controller.readsMailboxes();
    }

    private boolean anyTakesNew() {
        if (isClosed()) {
            return false;
        }
        for (Session member : members.get()) {
            if (member.takesNew()) {
                return true;
            }
        }
        return false;
    }

    private int freeCapacity() {
        int free = 0;
        for (Session member : members.get()) {
            if (member.takesNew()) {
                free += Math.max(0, member.capacity() - member.inFlight());
            }
            if (free >= WINDOW) {
                break;
            }
        }
        return free;
    }

    /** A member has room again. On the hot path: costs two reads while enough is asked for. */
    void capacityFreed() {
        if (intake != null && !paused && asked.get() < WINDOW / 2) {
            refresh();
        }
    }

    /** A command found no room although there seemed to be some, and goes back: asked for at once, it would come and go back without an end. */
    void goesBack() {
        paused = true;
        controller.timer().schedule(this::goOn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void goOn() {
        paused = false;
        refresh();
    }

    /** A command that came out of this mailbox has ended. */
    void ended() {
        capacityFreed();
    }

    /** Takes nothing any more. */
    void close() {
        closed = true;
        refresh();
    }

    @Override
    public void waiting(Mailbox.Waiting waiting) {
        controller.router().fromMailbox(waiting, this);
        capacityFreed(); // one that takes no capacity leaves room for another
    }

    /** It is known what becomes of a command that came: from now on it takes the capacity of a member, or none. */
    void answered() {
        asked.updateAndGet(before -> Math.max(0, before - 1));
    }
}

package io.sommelier.controller;

import io.sommelier.api.Part;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;

/**
 * Another controller that took one command out of a mailbox, in the place of a member. Thread-safe, but for {@link #nextPart}, which belongs to the thread that brings notes.
 *
 * <p>It is given the caller's credit, but no more at once than a window beyond what has come, so that what is on its way is bounded whatever the caller gives.
 */
final class RemoteTaker implements Holder {
    /** How many bytes of one reply may be on their way, and one part more. */
    static final long WINDOW_BYTES = 256 << 10;

    /** How much credit is worth a note, while the caller has given more. */
    private static final long STEP_BYTES = WINDOW_BYTES / 4;

    private final ControllerLine line;
    private final ControllerLink.Sender sender;
    private final Note.Take take;
    private final MailboxEra era;
    long nextPart;

    // Under the lock of this.
    private long given;
    private long told;
    private long came;

    RemoteTaker(ControllerLine line, ControllerLink.Sender sender, Note.Take take) {
        this.line = line;
        this.sender = sender;
        this.take = take;
        this.era = line.era();
    }

    /** Whether it is that run of that controller. */
    boolean isOf(ControllerLink.Sender other) {
        return sender.equals(other);
    }

    /** Whether that is what it took, and who took it. */
    boolean isFor(ControllerLink.Sender other, Note.Take what) {
        return sender.equals(other) && take.equals(what);
    }

    /** Whether the broker was there all the time, so that what is not durable is still where it was. */
    boolean isUnbroken() {
        return line.isUnbroken(era);
    }

    String controllerId() {
        return sender.controllerId();
    }

    /** Tells it that it alone has the command. */
    void grant(long credit) {
        synchronized (this) {
            given = plus(given, credit); // the caller may have given more before this
            told = Math.min(given, WINDOW_BYTES);
        }
        grantAgain();
    }

    /** The same once more, if it asks once more. */
    void grantAgain() {
        line.send(controllerId(), new Note.Grant(take, told()));
    }

    /** Asks how far it is, and says all credit again. */
    void check() {
        line.send(controllerId(), new Note.Check(take, told()));
    }

    private synchronized long told() {
        return told;
    }

    /** A part came, and was passed on. */
    void came(Part part) {
        if (part.cost() > 0) {
            tell(0, part.cost());
        }
    }

    @Override
    public void credit(Pending entry, long bytes) {
        tell(bytes, 0);
    }

    private void tell(long more, long cameNow) {
        long next;
        synchronized (this) {
            given = plus(given, more);
            came += cameNow;
            next = Math.min(given, plus(came, WINDOW_BYTES));
            if (next - told < STEP_BYTES && (next <= told || next < given)) {
                return;
            }
            told = next;
        }
        line.send(controllerId(), new Note.Credit(take, next));
    }

    private static long plus(long sum, long more) {
        return sum + more < 0 ? Long.MAX_VALUE : sum + more;
    }

    @Override
    public void cancel(Pending entry, String reason) {
        line.send(controllerId(), new Note.Cancel(take, reason));
    }

    @Override
    public void release() {
        // takes no place here
    }

    @Override
    public String toString() {
        return "controller " + sender;
    }
}

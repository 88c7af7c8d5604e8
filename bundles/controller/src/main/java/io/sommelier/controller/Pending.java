package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.spi.Archive;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.ReplyPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One command that has not ended: the node of the table, of the deadline wheel and of the send queue, and the one place where a command is settled. Thread-safe.
 *
 * <p>Everything is decided by a compare-and-set of {@link #state}. Whoever moves it to SETTLED owns the terminal, releases what the command held, and sends the terminal;
 * the state it was in before says what is true of the command (its stage and outcome). DELIVERING keeps a terminal behind the part that is just on its way to the
 * caller. A command that is handed to another member gets a fresh entry, and the old one, MOVED, only points to it: what a late channel says of the old one is
 * without effect.
 */
// Longer than most: it is the one class in which a command is settled, and must be read as a whole.
final class Pending extends Outgoing implements Incoming, Pipeline.End {
    /** No wake-up. */
    static final long NEVER = Long.MAX_VALUE;

    /** What an entry counts in the byte budgets beside its payload and headers. */
    static final int ENTRY_BYTES = 512;

    /** Taken in; in the pipeline, or while a member is sought. */
    static final int NEW = 0;
    /** In the send queue of a channel. */
    static final int QUEUED = 1;
    /** In a mailbox. */
    static final int WAITING = 2;
    /** Waits for the reply of another command with its idempotency key. */
    static final int JOINED = 3;
    /** Being written to a channel, or written. */
    static final int CLAIMED = 4;
    /** A first part was seen. */
    static final int ACCEPTED = 5;
    /** A part is on its way to the caller. */
    static final int DELIVERING = 6;
    /** Ended: the terminal is decided. */
    static final int SETTLED = 7;
    /** Handed on to another entry. */
    static final int MOVED = 8;

    /** In no mailbox so far, and with a caller. */
    private static final byte WITH_CALLER = 0;
    /** Was handed to a mailbox: if it is durable, it does not need its caller any more. */
    private static final byte STORED = 1;
    /** The caller went before: it is not handed to a mailbox any more. */
    private static final byte LEFT = 2;

    private static final Object DELIVERED = new Object();

    static final VarHandle WHEEL_STATE;
    private static final VarHandle STATE;
    private static final VarHandle HANDOVER;
    private static final VarHandle ADMISSION;
    private static final VarHandle LAST_PART;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WHEEL_STATE = lookup.findVarHandle(Pending.class, "wheelState", int.class);
            STATE = lookup.findVarHandle(Pending.class, "state", int.class);
            ADMISSION = lookup.findVarHandle(Pending.class, "admissionTold", boolean.class);
            LAST_PART = lookup.findVarHandle(Pending.class, "lastPartNanos", long.class);
            HANDOVER = lookup.findVarHandle(Pending.class, "handover", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final CommandId id;
    final String principal;

    // the node of the table; under the lock of its stripe
    Pending tableNext;

    // the node of the wheel
    @SuppressWarnings("unused") // through WHEEL_STATE
    private volatile int wheelState;

    Pending wheelNext;
    Pending wheelPrevious;
    Pending wheelRemovedNext;
    short wheelSlot = -1; // a short keeps the entry at 200 bytes
    long wakeNanos;

    private final Controller controller;
    private final Session caller; // null when the command came out of a mailbox without its caller
    private final String source;
    private ReplyPath
            replyPath; // that of nobody, once the caller is gone; who still sees the one before tells a path that takes
    // nothing
    private final long deadlineNanos;
    private final int attempt;
    private final Session lostMember; // whose channel was lost with the attempt before, or null
    private final boolean mayHaveRun; // an earlier attempt was claimed, so nothing can be NOT_SENT or REFUSED any more
    private volatile int state;
    private volatile Command command;
    private volatile Object handover;
    private volatile Command archived; // kept from the settlement until the terminal is sent, while there is an archive

    @SuppressWarnings("unused") // through ADMISSION
    private volatile boolean admissionTold;

    private volatile Pending movedTo;
    private final Pending
            first; // the attempt that the caller and the pipeline know, to which the reply goes; perhaps this one
    private volatile long lastPartNanos;
    private volatile boolean sent;
    private volatile Future<?> returnLimit;
    private Pipeline.Run run;
    private OperationEntry row;
    private TargetEntry target;
    private volatile Holder holder;
    private volatile KeyHold key; // null for a command without a key, or before the window was asked
    private volatile Mailbox.Waiting waiting;
    private volatile MailboxReader reader;
    private boolean waitingDone;
    private boolean isJustSubmitted; // submit has not returned; not volatile, since it only spares a look at the clock
    private long heldBytes;
    private TargetEntry heldTarget;
    private long dataCount;

    // credit: under this entry's own lock, which is never held across a call
    private long granted;
    private long forwarded;
    private long delivered;
    private boolean creditOpen;
    private CreditGate gate; // null before the first DATA, and where there is no pipeline

    private byte custody = WITH_CALLER; // under the same lock

    Pending(
            Controller controller,
            Session caller,
            String source,
            String principal,
            Command command,
            int attempt,
            long initialCredit,
            ReplyPath replyPath,
            long nowNanos) {
        this.controller = controller;
        this.caller = caller;
        this.source = source;
        this.principal = principal;
        this.command = command;
        this.id = command.id();
        this.attempt = attempt;
        this.lostMember = null;
        this.first = this;
        this.mayHaveRun = attempt > 1;
        this.granted = initialCredit;
        this.replyPath = replyPath;
        this.deadlineNanos = nowNanos + command.ttlNanos();
        this.lastPartNanos = nowNanos;
        this.wakeNanos = Math.min(command.ttlNanos(), controller.streamIdleNanos()) + nowNanos;
    }

    /** A command that goes on elsewhere, or as another attempt; what the old entry holds passes to it. */
    private Pending(Pending old, Command command, boolean mayHaveRun, int attempt) {
        this(old, command, mayHaveRun, attempt, old.holder instanceof Session session ? session : null);
    }

    /** @param lostMember who is not to be tried again, or {@code null} */
    private Pending(Pending old, Command command, boolean mayHaveRun, int attempt, Session lostMember) {
        this.controller = old.controller;
        this.caller = old.caller;
        this.source = old.source;
        this.principal = old.principal;
        this.command = command;
        this.id = old.id;
        this.attempt = attempt;
        this.first = old.first;
        this.lostMember = lostMember;
        this.key = old.key;
        this.mayHaveRun = mayHaveRun;
        this.replyPath = old.replyPath;
        this.deadlineNanos = old.deadlineNanos;
        this.lastPartNanos = controller.nanos();
        this.wakeNanos = lastPartNanos + Math.min(deadlineNanos - lastPartNanos, controller.streamIdleNanos());
        this.run = old.run;
        this.row = old.row;
        this.target = old.target;
        this.heldBytes = old.heldBytes;
        this.heldTarget = old.heldTarget;
        this.admissionTold = old.admissionTold;
        this.custody = old.custody;
    }

    // ---- taking in ----

    /** Books the bytes, the id and the deadline, and sends the command on its way. */
    void submit(Pipeline pipeline, boolean draining) {
        Command submitted = command;
        target = controller.target(submitted.target().targetId());
        row = controller.row(target, submitted.operation());
        if (submitted.ttlNanos() <= 0) {
            settle(ErrorCode.EXPIRED, Stage.INGRESS, "the time to live was spent when the command came");
        } else if (draining) {
            settle(ErrorCode.DRAINING, Stage.INGRESS, "the controller " + controller.controllerId() + " is draining");
        } else if (submitted.hops() > Command.MAX_HOPS) {
            refuse(CommandError.of(
                    ErrorCode.TOO_MANY_HOPS,
                    Outcome.REFUSED,
                    Stage.INGRESS,
                    "it comes from " + submitted.hops() + " handlers, one behind the other, allowed are at most "
                            + Command.MAX_HOPS + ": do they send to each other in a circle?"));
        } else if (!controller.budget().hold(this, submitted, controller.settings())) {
            settle(ErrorCode.OVERLOADED, Stage.INGRESS, "live commands hold as many bytes as they may");
        } else if (!controller.table().add(this)) {
            refuse(CommandError.of(
                    ErrorCode.DUPLICATE_COMMAND,
                    Outcome.REFUSED,
                    Stage.INGRESS,
                    "a command with id " + id + " of the same principal is still alive"));
        } else if (pipeline == null) {
            controller.wheel().add(this);
            isJustSubmitted = true;
            execute(submitted);
            isJustSubmitted = false;
        } else {
            run = pipeline.open(submitted, caller.principal(), source, this);
            controller.wheel().add(this);
            isJustSubmitted = true;
            run.down();
            isJustSubmitted = false;
        }
    }

    /** Takes up a command that came out of a mailbox, and whose caller is not here. */
    void resume(Mailbox.Waiting taken, MailboxReader from) {
        Command resumed = command;
        target = controller.target(resumed.target().targetId());
        row = controller.row(target, resumed.operation());
        controller.budget().hold(this, resumed, controller.settings());
        waiting = taken;
        reader = from;
        if (!controller.table().add(this)) {
            settle(ErrorCode.DUPLICATE_COMMAND, Stage.MAILBOX, "a command with id " + id + " is still alive");
            return;
        }
        controller.wheel().add(this);
        pass(resumed);
    }

    /** The command came back out of the mailbox that it waits in, or once more while it is under way; {@code false} when what came is of no use any more. */
    boolean takeUp(Mailbox.Waiting taken, MailboxReader from) {
        Pending live = current();
        if (live != this) {
            return live.takeUp(taken, from);
        }
        Command resumed = command;
        int now = state;
        boolean isElsewhere = now == CLAIMED && holder instanceof RemoteTaker;
        if (resumed == null || now != WAITING && !isElsewhere) {
            return attach(taken, from);
        }
        int comes = TakenHere.attempt(taken);
        if (taken.deliveries() > 1 && !resumed.idempotent()) {
            if (!isElsewhere) { // else whoever has it answers, or is found to be gone
                abandon(TakenHere.wentAway());
            }
            return false;
        }
        if (comes > controller.maxAttempts()) {
            CommandError exhausted = TakenHere.exhausted(comes);
            taken.dead(exhausted);
            settleFrom(now, Part.failed(exhausted).build());
            return true;
        }
        if (!isElsewhere && comes <= attempt) {
            waiting = taken;
            reader = from;
            if (!STATE.compareAndSet(this, WAITING, NEW)) {
                return false;
            }
            admitted();
            locate(resumed);
            pass(resumed);
            return true;
        }
        return comes >= attempt && takeOver(now, taken, from, resumed, comes);
    }

    /** It came out here and is another attempt, or a controller that had it gave it back without a word of it so far. */
    private boolean takeOver(int from, Mailbox.Waiting taken, MailboxReader by, Command resumed, int comes) {
        Holder before = holder;
        Pending next = new Pending(this, resumed, mayHaveRun || comes > attempt, comes);
        if (!move(next, from)) {
            return false;
        }
        if (from == CLAIMED) {
            before.cancel(this, "it came out of its mailbox elsewhere");
        }
        next.waiting = taken;
        next.reader = by;
        if (next.state >= SETTLED) {
            return false;
        }
        next.locate(resumed);
        next.pass(resumed);
        return true;
    }

    /** Sends the command to a member or a mailbox, unless it is a repetition. */
    private void pass(Command passed) {
        if (!KeyWindow.concerns(passed) || key != null || controller.keys().enter(this, passed)) {
            controller.router().route(this, passed);
        }
    }

    /** Looks the target up again: since it was looked up first, its first member may have come, or it may have been forgotten and come again. */
    void locate(Command sought) {
        TargetEntry present = controller.target(sought.target().targetId());
        if (present != null) {
            target = present;
        }
        row = controller.row(target, sought.operation());
    }

    /** A message that was given out before is given out again: from now on it is this one that is to be let go. */
    private boolean attach(Mailbox.Waiting again, MailboxReader from) {
        synchronized (this) {
            if (forwarded >= 0) {
                if (waiting == null || waitingDone) {
                    return false;
                }
                waiting = again;
                reader = from;
                return true;
            }
        }
        return movedTo.attach(again, from);
    }

    // ---- what the pipeline says ----

    @Override
    public void execute(Command handedDown) {
        Command before = command;
        Command passed = handedDown;
        if (passed != before) {
            if (state != NEW || before == null) {
                return;
            }
            if (passed.hops() < before.hops() || passed.ttlNanos() != before.ttlNanos()) {
                // a handler that made the command anew takes no hops off, and gives it no other time
                passed = passed.toBuilder()
                        .hops(Math.max(passed.hops(), before.hops()))
                        .remainingNanos(before.ttlNanos())
                        .build();
            }
            command = passed;
            target = controller.target(passed.target().targetId());
            row = controller.row(target, passed.operation());
            if (state >= SETTLED) { // settled between: let go of what was just put back
                command = null;
                return;
            }
        } else if (target == null || row.isOthers()) {
            locate(passed);
        }
        if (state == NEW) {
            pass(passed);
        }
    }

    @Override
    public void refuse(CommandError error) {
        settleWith(Part.failed(error).build());
    }

    @Override
    public void abort(CommandError error) {
        Pending live = current();
        Holder working = live.holder;
        int before = live.moveToSettled();
        if (before < SETTLED) {
            try {
                live.releaseFrom(before, working, error.message());
            } finally {
                live.tellKey(
                        failed(error.code(), live.outcomeAt(before), Stage.STREAM, error.message()), before, false);
            }
        }
    }

    @Override
    public void send(Part part) {
        CreditGate present = run == null ? null : current().gate;
        if (present == null) {
            deliver(part);
        } else {
            present.pass(part);
        }
    }

    /** The part goes to the caller. */
    void deliver(Part part) {
        if (waiting != null) {
            ADMISSION.setVolatile(this, true);
        }
        if (part.status().isTerminal()) {
            sent = true;
            Future<?> limit = returnLimit;
            if (limit != null) {
                limit.cancel(false);
            }
            part.error().ifPresentOrElse(error -> row.count(error.outcome()), row::countCompleted);
            archive(part);
        }
        replyPath.part(part);
    }

    /** Records the end. The attempt that ended has the command; this may be the first one, whose chain the reply went up. */
    private void archive(Part terminal) {
        Pending ended = current();
        Command recorded = ended.archived;
        Archive present = controller.archive();
        if (recorded == null || present == null) {
            return;
        }
        ended.archived = null;
        try {
            present.ended(
                    recorded,
                    new Mailbox.Origin(source, principal, controller.controllerId(), ended.attempt),
                    terminal);
        } catch (RuntimeException e) {
            controller.complainOf(present, e);
        }
    }

    // ---- what an operator sees ----

    int state() {
        return state;
    }

    /** Whether it is on its way down the pipeline, while it is NEW. */
    boolean isInPipeline() {
        return run != null && waiting == null && lostMember == null && holder == null;
    }

    /** Who has it, while it is QUEUED, or CLAIMED or beyond. */
    Holder holder() {
        return holder;
    }

    boolean hasData() {
        return dataCount > 0;
    }

    /** When the command was submitted, or came out of its mailbox. */
    long beganNanos(Command of) {
        return deadlineNanos - of.ttlNanos();
    }

    long heldBytes() {
        return heldBytes;
    }

    // ---- what routing does ----

    /** It is held for a member that is being replaced; it stays NEW. */
    void heldBy(Hold hold) {
        holder = hold;
    }

    boolean isNew() {
        return state == NEW;
    }

    TargetEntry target() {
        return target;
    }

    OperationEntry row() {
        return row;
    }

    /** Whose channel was lost with the attempt before, and who is not to be tried again, or {@code null}. */
    Session lostMember() {
        return lostMember;
    }

    Session caller() {
        return caller;
    }

    /** The member that has it, or in whose send queue it is, or {@code null}. */
    Session member() {
        int now = state;
        return (now == QUEUED || now >= CLAIMED) && holder instanceof Session member ? member : null;
    }

    boolean isFromMailbox() {
        return waiting != null;
    }

    /** What was booked, and with which target: the pipeline may change the target later. */
    void held(long bytes, TargetEntry of) {
        heldBytes = bytes;
        heldTarget = of;
    }

    /**
     * Offers the command to a member, whose capacity was acquired.
     *
     * @return {@code false} when the channel did not take it, and another member is to be sought; {@code true} also when the command ended meanwhile
     */
    boolean offerTo(Session chosen) {
        holder = chosen;
        if (!STATE.compareAndSet(this, NEW, QUEUED)) {
            // Settled before it was queued: the one who settled may or may not have seen the member.
            releaseHolder();
            return true;
        }
        if (chosen.channel().offer(this)) {
            return true;
        }
        if (STATE.compareAndSet(this, QUEUED, NEW)) {
            chosen.giveBack();
            return false;
        }
        return true;
    }

    /** The command goes to a mailbox; {@code false} when it has ended, or its caller is gone and it ends now. */
    boolean beginWaiting() {
        holder = controller.line().era();
        synchronized (this) {
            if (custody == LEFT) {
                return false;
            }
            custody = STORED;
        }
        return STATE.compareAndSet(this, NEW, WAITING);
    }

    /** The mailbox has the command: it said so, or the command came out of it, whichever is first. */
    void admitted() {
        Command stored = command;
        KeyHold held = key;
        if (stored != null && held != null) {
            controller.keys().admitted(held, stored.durable());
        }
        Pending live = current();
        if (live.state < SETTLED && ADMISSION.compareAndSet(live, false, true)) {
            replyPath.admitted();
        }
    }

    /** The mailbox did not take the command, or does not know whether it did: its error says which. */
    void mailboxRefused(CommandError error) {
        Part refusal = Part.failed(error).build();
        settleFrom(WAITING, mayHaveRun ? afterAttempts(refusal) : refusal);
    }

    /** Puts what came out of the mailbox back into it; as another attempt, if this one may have been executed. */
    void backToMailbox() {
        Mailbox.Waiting held = waiting;
        waiting = null;
        holder = controller.line().era();
        if (!(caller == null ? goBack() : STATE.compareAndSet(this, NEW, WAITING))) {
            held.done();
            return;
        }
        reader.goesBack();
        if (mayHaveRun && attempt > held.origin().attempt()) {
            held.retry(attempt, controller.settings().retries().before(attempt, leftNanos()));
        } else {
            held.back();
        }
        if (replyPath instanceof RemoteReply reply) {
            reply.left(attempt);
        }
    }

    /** Nobody waits for it here: wherever it comes out next, it gets an entry of its own. */
    private boolean goBack() {
        if (!STATE.compareAndSet(this, NEW, SETTLED)) {
            return false;
        }
        release(NEW);
        tellKey(failed(ErrorCode.NO_MEMBER, Outcome.NOT_SENT, Stage.ROUTING, "back in its mailbox"), NEW, false);
        return true;
    }

    // ---- what other controllers do ----

    /** Another controller has it out of the mailbox, and alone has it from now on; {@code false} when it does not wait. */
    boolean claimFor(RemoteTaker taker) {
        if (!STATE.compareAndSet(this, WAITING, NEW)) { // so that nobody else names a holder meanwhile
            return false;
        }
        admitted();
        holder = taker;
        return STATE.compareAndSet(this, NEW, CLAIMED);
    }

    /**
     * The command is in its mailbox, and whoever had it has it no more.
     *
     * @param comes the attempt that comes next
     * @return the entry that has the command now, and waits unless it has just ended; {@code null} when it had ended or gone on before
     */
    Pending waitAgain(int comes) {
        Command kept = command;
        int from = state;
        if (kept == null || from != WAITING && (from != CLAIMED || !(holder instanceof RemoteTaker))) {
            return null;
        }
        Pending next = new Pending(this, kept, mayHaveRun || comes > attempt, comes);
        next.holder = controller.line().era();
        next.state = WAITING;
        return move(next, from) ? next : null;
    }

    /** It is in no mailbox any more, and nobody has it. */
    void abandon(CommandError why) {
        settleFrom(WAITING, Part.failed(why).build());
    }

    // ---- what the window of keys does ----

    /** The command runs under its key. */
    void runUnder(KeyHold hold) {
        key = hold;
    }

    boolean isEnded() {
        return state >= SETTLED;
    }

    /** The command waits for the reply of another; {@code false} when it has ended. */
    boolean join(KeyHold hold) {
        key = hold;
        return STATE.compareAndSet(this, NEW, JOINED);
    }

    /** The other command is on disk, and it is that one's reply that this one gets. */
    void admittedWithAnother() {
        if (state == JOINED && ADMISSION.compareAndSet(this, false, true)) {
            replyPath.admitted();
        }
    }

    /** The other command was not executed, so this one is to be. */
    void goOn() {
        Command next = command;
        if (next != null && STATE.compareAndSet(this, JOINED, NEW)) {
            locate(next);
            controller.router().route(this, next);
        }
    }

    /** The reply of the other command is there, and is the reply of this one. */
    void replay(List<Part> reply) {
        Replay replay = new Replay(this, reply);
        holder = replay;
        if (STATE.compareAndSet(this, JOINED, CLAIMED) || STATE.compareAndSet(this, NEW, CLAIMED)) {
            replay.start();
        }
    }

    /** Tells what the end of this command means for others with its key. */
    private void tellKey(Part terminal, int before, boolean isAnswer) {
        KeyHold held = key;
        if (held == null) {
            return;
        }
        Outcome outcome = terminal.error().map(CommandError::outcome).orElse(null);
        KeyWindow.End end;
        if (before == JOINED || outcome == Outcome.NOT_SENT || outcome == Outcome.REFUSED) {
            end = KeyWindow.End.UNTRIED;
        } else if (isAnswer) {
            end = KeyWindow.End.ANSWERED;
        } else {
            end = before == WAITING ? KeyWindow.End.LEFT_WAITING : KeyWindow.End.UNKNOWN;
        }
        controller.keys().ended(held, end, terminal);
    }

    // ---- what the channel says ----

    @Override
    public Command command() {
        return command;
    }

    /** Until a part or credit comes, {@link #lastPartNanos} is when it was claimed. */
    @Override
    public long remainingNanos() {
        return deadlineNanos - lastPartNanos;
    }

    /**
     * Whether the time to live is spent before a member is sought. While it is being submitted the clock says what it said a moment ago; should a handler have
     * held it, the wheel ends it, or whoever would take it reads the clock first.
     */
    boolean isSpent() {
        return !isJustSubmitted && leftNanos() <= 0;
    }

    /** What is left of the time to live now; 0 or less when it is spent. */
    long leftNanos() {
        return deadlineNanos - controller.nanos();
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public String principal() {
        return principal;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public boolean claim() {
        if (state != QUEUED) {
            return false;
        }
        long nowNanos = controller.nanos();
        if (deadlineNanos - nowNanos <= 0) {
            settle(ErrorCode.EXPIRED, Stage.SEND_QUEUE, "the time to live was spent in the send queue of " + holder);
            return false;
        }
        LAST_PART.setOpaque(this, nowNanos); // the exchange of the state is fence enough
        return STATE.compareAndSet(this, QUEUED, CLAIMED);
    }

    @Override
    public synchronized long initialCredit() {
        creditOpen = true;
        forwarded = granted;
        return granted;
    }

    @Override
    public boolean part(Part part) {
        return part.status().isTerminal() ? terminal(part) : progress(part);
    }

    private boolean terminal(Part part) {
        int before;
        do {
            before = state;
            if (before < CLAIMED || before >= SETTLED) { // not from the channel that claimed it, or too late
                controller.countLate();
                return false;
            }
        } while (!STATE.compareAndSet(this, before, SETTLED));
        release(before);
        Part terminal = mayHaveRun ? afterAttempts(part) : part;
        tellKey(terminal, before, true);
        // from the channel itself, which gives one part at a time: nothing of this command is under way to the caller,
        // unless this is called from inside
        deliverTerminal(terminal, before);
        return true;
    }

    /** What a member refused may have run at an earlier one. */
    private static Part afterAttempts(Part part) {
        CommandError error = part.error().orElse(null);
        if (error == null || error.outcome() != Outcome.NOT_SENT && error.outcome() != Outcome.REFUSED) {
            return part;
        }
        String message = error.message() + " (an earlier attempt may have executed the command)";
        return Part.failed(CommandError.of(error.code(), Outcome.UNKNOWN, error.stage(), message))
                .build();
    }

    private boolean progress(Part part) {
        int before;
        do {
            before = state;
            if (before != CLAIMED && before != ACCEPTED) {
                controller.countLate();
                return false;
            }
        } while (!STATE.compareAndSet(this, before, DELIVERING));
        lastPartNanos = controller.nanos();
        if (before == CLAIMED) {
            mailboxDone(false);
        }
        if (part.status() == PartStatus.DATA) {
            if (dataCount++ == 0) {
                measureFirstPart();
            }
            synchronized (this) {
                delivered += part.cost();
                if (run != null && gate == null) {
                    gate = new CreditGate(first, this, granted);
                }
            }
            if (run != null) {
                gate.enters(part);
            }
        }
        KeyHold held = key;
        if (held != null) {
            controller.keys().collect(held, part);
        }
        up(part);
        if (!STATE.compareAndSet(this, DELIVERING, ACCEPTED)) {
            // Settled meanwhile. If the terminal is there, it was left for this thread; if not, its owner will find
            // that this part is through.
            Object terminal = HANDOVER.getAndSet(this, DELIVERED);
            if (terminal != null) {
                upTerminal((Part) terminal);
            }
        }
        return true;
    }

    @Override
    public void lost() {
        int now = state;
        while (now < SETTLED && now != NEW && now != WAITING) {
            Command lost = command;
            if (lost != null && (now == QUEUED || now == CLAIMED && lost.idempotent())) {
                if (handOn(now, lost)) {
                    return;
                }
            } else if (loseFrom(
                    now,
                    failed(
                            ErrorCode.MEMBER_GONE,
                            Outcome.UNKNOWN,
                            now == CLAIMED ? Stage.REPLY_WAIT : Stage.STREAM,
                            whatWasLost() + ", and it may have executed the command"))) {
                return;
            }
            now = state;
        }
    }

    /** Ends what its member had, and tells a drain that it did not finish. */
    private boolean loseFrom(int from, Part terminal) {
        Command lost = command;
        Session member = member();
        if (!settleFrom(from, terminal)) {
            return false;
        }
        tellDrain(lost, member, terminal);
        return true;
    }

    private void tellDrain(Command lost, Session member, Part terminal) {
        ChannelDrain drain = member == null ? null : member.drain();
        if (drain != null && lost != null) {
            drain.leftBehind();
            drain.name(unfinished(lost, member, terminal.error().orElseThrow().outcome()));
        }
    }

    /** What the report of a drain says of it. */
    DrainReport.Unfinished unfinished(Command left, Session member, Outcome outcome) {
        return new DrainReport.Unfinished(
                id,
                principal,
                source,
                left.target(),
                left.operation(),
                member == null ? "" : member.instance(),
                outcome);
    }

    private String whatWasLost() {
        if (holder instanceof RemoteTaker) {
            return holder + " is gone";
        }
        return "the channel of " + holder
                + (holder instanceof Session member && member.drain() != null ? " was drained" : " was lost");
    }

    private boolean handOn(int from, Command lost) {
        boolean isGivenBack = from == QUEUED && holder instanceof Session member && member.isGoing();
        int comes = isGivenBack
                ? attempt
                : attempt + 1; // a member that goes in good order, and had not begun, is no attempt
        if (comes > controller.maxAttempts()) {
            return exhaust(from);
        }
        boolean isInMailbox = holder instanceof RemoteTaker taker
                && (lost.durable() || taker.isUnbroken()); // who died had not let it go
        if (isInMailbox) {
            return waitAgain(attempt + 1) != null;
        }
        return goOnAs(new Pending(this, lost, mayHaveRun || from == CLAIMED, comes), from, lost);
    }

    /** The next entry has the command, and a member is sought for it. */
    private boolean goOnAs(Pending next, int from, Command handedOn) {
        if (!move(next, from)) {
            return false;
        }
        if (holder instanceof Session member && member.drain() != null) {
            member.drain().handedOn();
        }
        if (next.state < SETTLED) {
            next.locate(handedOn);
            controller.router().route(next, handedOn);
        }
        return true;
    }

    /** The member it was offered to stays, and may be the one that takes it when it serves it again. */
    @Override
    public boolean back() {
        Command given = command;
        return given != null
                && state == QUEUED
                && goOnAs(new Pending(this, given, mayHaveRun, attempt, lostMember), QUEUED, given);
    }

    /** The last attempt was in vain. What came out of a mailbox is a dead letter now. */
    private boolean exhaust(int from) {
        Part terminal = failed(
                ErrorCode.ATTEMPTS_EXHAUSTED,
                outcomeAt(from),
                from == QUEUED ? Stage.SEND_QUEUE : Stage.REPLY_WAIT,
                whatWasLost() + " at attempt " + attempt + ", the last allowed");
        Command lost = command;
        Session member = member();
        if (!STATE.compareAndSet(this, from, SETTLED)) {
            return false;
        }
        Mailbox.Waiting given = takeWaiting(true, false);
        if (given != null) {
            given.dead(terminal.error().orElseThrow());
        }
        release(from);
        tellDrain(lost, member, terminal);
        tellKey(terminal, from, false);
        deliverTerminal(terminal, from);
        return true;
    }

    /** The command goes on in another entry. */
    private boolean move(Pending next, int from) {
        synchronized (this) { // of several who would move it, one alone names the next
            if (state != from) {
                return false;
            }
            movedTo = next;
            if (!STATE.compareAndSet(this, from, MOVED)) {
                return false;
            }
            next.granted = granted;
            next.replyPath = replyPath;
            next.waiting = waiting;
            next.reader = reader;
            forwarded = -1; // credit that comes from now on is for the next entry
        }
        if (from != WAITING) {
            releaseHolder();
        }
        controller.table().replace(this, next);
        controller.wheel().remove(this);
        controller.wheel().add(next);
        command = null;
        if (next.state >= SETTLED) {
            controller.table().remove(next);
        }
        return true;
    }

    // ---- what the caller says ----

    @Override
    public void credit(long bytes) {
        Pending entry = this;
        while (!entry.grant(bytes)) {
            entry = entry.movedTo;
        }
    }

    /** {@code false} when the entry has moved. */
    private boolean grant(long bytes) {
        CreditGate passing;
        synchronized (this) {
            if (forwarded < 0) {
                return false;
            }
            if (given() <= delivered) {
                lastPartNanos = controller.nanos(); // the idle timer runs from here
            }
            granted = granted + bytes < 0 ? Long.MAX_VALUE : granted + bytes;
            if (!creditOpen) {
                return true;
            }
            passing = gate;
        }
        if (passing != null) {
            passing.credit(bytes); // what waits goes first
        }
        gained();
        return true;
    }

    /** Gives the member what it may have more: the caller gave it, or the pipeline made the reply smaller. */
    void gained() {
        long more;
        synchronized (this) {
            more = given() - forwarded;
            if (more <= 0 || forwarded < 0) {
                return;
            }
            forwarded += more;
        }
        Holder working = holder;
        if (working != null && state < SETTLED) {
            working.credit(this, more);
        }
    }

    /** What the member may send of what the caller has given. Called under the lock. */
    private long given() {
        long gain = gate == null ? 0 : gate.gainBytes();
        return gain > Long.MAX_VALUE - granted ? Long.MAX_VALUE : granted + gain;
    }

    @Override
    public void cancel(String reason) {
        if (!endBefore(ErrorCode.CANCELLED, "cancelled: " + reason)) {
            giveUpWaiting(ErrorCode.CANCELLED, "cancelled: " + reason);
        }
    }

    /** The command has ended, but its end may stand behind what the caller does not take; {@code false} when it does not. */
    private boolean giveUpWaiting(ErrorCode code, String message) {
        CreditGate present = current().gateNow();
        return present != null
                && present.giveUp(Part.failed(CommandError.of(code, Outcome.REPLY_LOST, Stage.RETURN, message))
                        .build());
    }

    private synchronized CreditGate gateNow() {
        return gate;
    }

    @Override
    public void callerGone(String reason) {
        Pending entry = this;
        while (!entry.leave(this, reason)) {
            entry = entry.movedTo;
        }
    }

    /**
     * Goes on without the caller, or ends.
     *
     * @param first the entry that the caller knows, which sends what comes up the pipeline
     * @return {@code false} when the entry has moved
     */
    private boolean leave(Pending first, String reason) {
        boolean goesOn;
        synchronized (this) {
            if (forwarded < 0) {
                return false;
            }
            goesOn = outlivesCaller();
            if (goesOn) {
                replyPath = controller.line().here().nobody();
                first.replyPath = replyPath;
            } else if (custody == WITH_CALLER) {
                custody = LEFT;
            }
        }
        if (goesOn) {
            credit(Long.MAX_VALUE); // a stream runs to its end, and a worker does not wait for a reader
        } else {
            Command left = command;
            Session member = member();
            Outcome outcome = end(ErrorCode.CANCELLED, "cancelled: " + reason);
            if (outcome == null) {
                giveUpWaiting(ErrorCode.CANCELLED, "cancelled: " + reason);
            }
            if (outcome != null && left != null && caller.drain() != null) {
                caller.drain().sentInVain();
                caller.drain().name(unfinished(left, member, outcome));
            }
        }
        return true;
    }

    /** Whether it goes on when its caller is gone: it is durable, and was handed to its mailbox. */
    synchronized boolean outlivesCaller() {
        Command live = command;
        return live != null && live.durable() && (custody == STORED || admissionTold);
    }

    /** The entry that has the command now, or had it last. */
    Pending current() {
        Pending entry = this;
        while (entry.state == MOVED) {
            entry = entry.movedTo;
        }
        return entry;
    }

    // ---- time ----

    /** The wheel calls; gives when to call again, or {@link #NEVER}. */
    long onTimer(long nowNanos) {
        int now = state;
        if (now >= SETTLED) {
            return NEVER;
        }
        if (nowNanos - deadlineNanos >= 0) {
            endBefore(ErrorCode.EXPIRED, "the time to live was spent");
            return NEVER;
        }
        long idleNanos = controller.streamIdleNanos();
        long idleSince = lastPartNanos;
        if (now == ACCEPTED && creditOutstanding()) {
            if (nowNanos - idleSince >= idleNanos) {
                endBefore(
                        ErrorCode.STREAM_IDLE,
                        "nothing came for " + idleNanos / 1_000_000 + " ms although the reader has credit outstanding");
                return NEVER;
            }
        } else {
            idleSince = nowNanos;
        }
        return idleSince + Math.min(deadlineNanos - idleSince, idleNanos);
    }

    private synchronized boolean creditOutstanding() {
        return given() > delivered;
    }

    /** Ends the command now, whatever state it is in, with the outcome that is true in it, and tells the member if there is one that may work on it; gives whether this call ended it. */
    boolean endBefore(ErrorCode code, String message) {
        return end(code, message) != null;
    }

    /** The same; gives what is true of the command, or {@code null} when it has ended otherwise. */
    Outcome end(ErrorCode code, String message) {
        int now = state;
        while (now < SETTLED) {
            Holder working = holder;
            Outcome outcome = outcomeOf(now, code);
            Part terminal = failed(code, outcome, stageAt(now), message);
            if (STATE.compareAndSet(this, now, SETTLED)) {
                try {
                    releaseFrom(now, working, message);
                } finally {
                    tellKey(terminal, now, false);
                    deliverTerminal(terminal, now);
                }
                return outcome;
            }
            now = state;
        }
        return now == MOVED ? movedTo.end(code, message) : null;
    }

    /** Ends a command that waits, in the hold or in a mailbox, since its caller goes; what it does when it waits no more is its own. As a cancel, but the caller may send it again. */
    void endWaiting(String message) {
        int now = state;
        if (now == WAITING || now == NEW && holder instanceof Hold) {
            settleFrom(now, failed(ErrorCode.DRAINING, outcomeOf(now, ErrorCode.CANCELLED), stageAt(now), message));
        }
    }

    private Stage stageAt(int at) {
        return switch (at) {
            case NEW -> holder instanceof Hold ? Stage.HOLD : run == null ? Stage.ROUTING : Stage.PIPELINE;
            case QUEUED -> Stage.SEND_QUEUE;
            case WAITING -> Stage.MAILBOX;
            case JOINED, CLAIMED -> Stage.REPLY_WAIT;
            default -> Stage.STREAM;
        };
    }

    private Outcome outcomeOf(int at, ErrorCode code) {
        return at == WAITING && mayRunYet(code) ? Outcome.UNKNOWN : outcomeAt(at);
    }

    /**
     * Whether a command that ends while it waits may have been executed, or may be yet. A mailbox gives an expired one to nobody, and another controller asks here first, while the
     * line is there. One that was cancelled is let go where it comes out, unless it is durable, or this controller is gone by then.
     */
    private boolean mayRunYet(ErrorCode code) {
        if (code == ErrorCode.EXPIRED) {
            return !controller.line().isUnbroken(holder);
        }
        Command ending = command;
        return code != ErrorCode.CANCELLED
                || ending != null && ending.durable()
                || controller.line().isShared();
    }

    private Outcome outcomeAt(int at) {
        // one that has joined was not handed over, but that whose reply it waits for may have been
        return at < JOINED && !mayHaveRun ? Outcome.NOT_SENT : Outcome.UNKNOWN;
    }

    // ---- the end ----

    /** Ends a command that no member has: with NOT_SENT, unless an earlier attempt may have run. */
    void settle(ErrorCode code, Stage stage, String message) {
        settleWith(failed(code, outcomeAt(NEW), stage, message));
    }

    private static Part failed(ErrorCode code, Outcome outcome, Stage stage, String message) {
        return Part.failed(CommandError.of(code, outcome, stage, message)).build();
    }

    void settleWith(Part terminal) {
        int before = settleSilently();
        if (before < SETTLED) {
            tellKey(terminal, before, false);
            deliverTerminal(terminal, before);
        }
    }

    private boolean settleFrom(int from, Part terminal) {
        if (!STATE.compareAndSet(this, from, SETTLED)) {
            return false;
        }
        release(from);
        tellKey(terminal, from, false);
        deliverTerminal(terminal, from);
        return true;
    }

    /** Moves to SETTLED and releases what was held; gives the state before: SETTLED or MOVED when there was nothing to do. */
    private int settleSilently() {
        int before = moveToSettled();
        if (before < SETTLED) {
            release(before);
        }
        return before;
    }

    private int moveToSettled() {
        int before;
        do {
            before = state;
            if (before >= SETTLED) {
                return before;
            }
        } while (!STATE.compareAndSet(this, before, SETTLED));
        return before;
    }

    /** Releases what a command held that ended without its member, which hears of it first: else what is given its place would be there before. */
    private void releaseFrom(int before, Holder working, String reason) {
        if (before < CLAIMED) {
            release(before);
            return;
        }
        ChannelDrain drain = working instanceof Session member ? member.drain() : null;
        if (drain != null) {
            drain.counting(); // the cancel may be the last that the channel waited for
        }
        try {
            working.cancel(this, reason);
        } finally {
            release(before);
            if (drain != null) {
                drain.counted();
            }
        }
    }

    private void release(int before) {
        boolean isSlow = controller.wheel().remove(this);
        controller.table().remove(this);
        if (before >= CLAIMED) {
            measure(isSlow);
        }
        if (heldBytes > 0) {
            controller.budget().letGo(caller, heldTarget, heldBytes);
        }
        if (before == QUEUED || before >= CLAIMED) { // elsewhere the member, if there was one, has its capacity back
            releaseHolder();
        }
        mailboxDone(true);
        if (controller.archive() != null) {
            archived = command;
        }
        if (before != CLAIMED) {
            command = null; // in CLAIMED the channel may just be writing it; then the entry itself goes soon
        }
    }

    /** A member had it, so how long it took says something of that one. */
    private void measure(boolean isSlow) {
        long weight = controller.latencies().weigh(row, deadlineNanos, isSlow);
        Command ended = command;
        if (weight > 0 && ended != null && !(holder instanceof Replay)) {
            controller.latencies().ended(row, controller.nanos() - beganNanos(ended), weight);
        }
    }

    /** The first part of a stream is there, and the clock was just read. */
    private void measureFirstPart() {
        Command streamed = command;
        if (streamed == null || holder instanceof Replay) {
            return;
        }
        long tookNanos = lastPartNanos - beganNanos(streamed);
        long weight = controller.latencies().weigh(row, deadlineNanos, tookNanos - Latencies.SLOW_NANOS >= 0);
        if (weight > 0) {
            controller.latencies().firstPart(row, tookNanos, weight);
        }
    }

    private void releaseHolder() {
        Holder held = holder;
        if (held != null) {
            held.release();
        }
    }

    private synchronized Mailbox.Waiting takeWaiting(boolean atTerminal, boolean durable) {
        if (waiting == null || waitingDone || durable && !atTerminal) {
            return null;
        }
        waitingDone = true;
        return waiting;
    }

    private void mailboxDone(boolean atTerminal) {
        if (waiting == null) {
            return;
        }
        Command held = command;
        Mailbox.Waiting done = takeWaiting(atTerminal, held != null && held.durable());
        if (done != null) {
            done.done();
        }
        MailboxReader from = reader;
        if (atTerminal && from != null) {
            from.ended();
        }
    }

    private void deliverTerminal(Part terminal, int before) {
        if (before == DELIVERING && HANDOVER.getAndSet(this, terminal) == null) {
            return; // the thread that delivers sends it when its part is through
        }
        upTerminal(terminal);
    }

    private void upTerminal(Part terminal) {
        boolean counted = terminal.status() == PartStatus.COMPLETE || terminal.finalCount() == dataCount;
        up(counted ? terminal : terminal.toBuilder().finalCount(dataCount).build());
        if (run != null) {
            first.limitReturn(dataCount);
        }
    }

    /** A handler on the way up waits for something: the caller must get a terminal at the deadline all the same. */
    private void limitReturn(long count) {
        if (sent) {
            return;
        }
        long left = Math.max(0, deadlineNanos - controller.nanos());
        Future<?> limit = controller.timer().schedule(() -> giveUpReturn(count), left, TimeUnit.NANOSECONDS);
        returnLimit = limit;
        if (sent) {
            limit.cancel(false);
        }
    }

    private void giveUpReturn(long count) {
        String message = "the time to live was spent while the reply was on its way up the pipeline";
        if (!sent && !giveUpWaiting(ErrorCode.EXPIRED, message)) {
            run.up(Part.failed(CommandError.of(ErrorCode.EXPIRED, Outcome.REPLY_LOST, Stage.RETURN, message))
                    .finalCount(count)
                    .build());
        }
    }

    private void up(Part part) {
        Pipeline.Run chain = run;
        if (chain == null) {
            send(part);
        } else {
            chain.up(part);
        }
    }

    @Override
    public String toString() {
        return "Pending[" + id + " attempt " + attempt + " state " + state + "]";
    }
}

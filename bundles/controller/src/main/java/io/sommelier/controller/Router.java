package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Health;
import io.sommelier.api.Stage;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Strategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a command goes, in a fixed order: expired? An instance named? Then that one here, else its mailbox, never a sibling. Else a member that is here, else the mailbox of the
 * target. A command never spills from full members to the mailbox. Thread-safe.
 */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /** How often another member is sought when one that was picked would not take the command. */
    private static final int PICKS = 3;

    private static final Strategy LEAST = new LeastStrategy();

    private final Controller controller;
    private final Registry registry;
    private volatile Strategy complainedOf;

    Router(Controller controller, Registry registry) {
        this.controller = controller;
        this.registry = registry;
    }

    /** Brings a command that is NEW to a member or a mailbox, or ends it. */
    void route(Pending entry, Command command) {
        if (entry.isSpent()) {
            expired(entry);
            return;
        }
        TargetEntry target = entry.target();
        if (target == null) {
            entry.settle(
                    ErrorCode.UNKNOWN_TARGET,
                    Stage.ROUTING,
                    "no configuration and no member ever named the target "
                            + command.target().targetId());
        } else if (command.operation().equals(Health.OPERATION)) {
            unknownOperation(entry, command, target.targetId()); // the controller alone asks for that
        } else if (command.durable() && !entry.isFromMailbox()) {
            toMailbox(
                    entry,
                    command,
                    ErrorCode.UNSUPPORTED,
                    "durable commands need a mailbox, and this controller has none");
        } else if (command.target().namesInstance()) {
            routeToInstance(entry, command, target);
        } else {
            routeToTarget(entry, command, target, PICKS);
        }
    }

    private void routeToInstance(Pending entry, Command command, TargetEntry target) {
        Session member = registry.instance(command.target().instance());
        boolean isHere = member != null && member.target() == target && member != entry.lostMember();
        if (!isHere || !member.takesNew()) {
            String why = isHere && member.isDown() ? " is down" : " is not here";
            absent(entry, command, ErrorCode.NO_INSTANCE, "the instance " + command.target() + why);
        } else if (!member.operations().contains(command.operation())) {
            unknownOperation(entry, command, command.target().toString());
        } else if (!member.acquire() || !entry.offerTo(member)) {
            if (member.operations().contains(command.operation())) {
                full(entry, command, "the instance " + command.target() + " takes no more commands now");
            } else {
                unknownOperation(entry, command, command.target().toString());
            }
        }
    }

    /** @param looks how often it may look again when meanwhile others serve it */
    private void routeToTarget(Pending entry, Command command, TargetEntry target, int looks) {
        Session lost = entry.lostMember();
        Hold hold = entry.row().hold();
        if (hold.isHolding() && !entry.isFromMailbox() && hold(entry, command, target, true)) {
            return;
        }
        if (lost == null ? !target.hasMembers() : !target.takesNewBeside(lost)) {
            noMember(entry, command, target);
            return;
        }
        MemberSet found = entry.row().members();
        MemberSet members = lost == null ? found : found.without(lost);
        if (members.size() == 0) {
            if (entry.isFromMailbox() && comesBack(entry, target)) {
                entry.backToMailbox(); // others of the target are back already
            } else if (mayBeHeld(entry, target) && hold(entry, command, target, false)) {
                return;
            } else if (found != entry.row().members() && looks > 1) {
                routeToTarget(
                        entry, command, target, looks - 1); // it is back just now, and so is not expected any more
            } else {
                unknownOperation(entry, command, target.targetId());
            }
            return;
        }
        MemberSet serving = members;
        for (int i = 0; i < PICKS && members.size() > 0 && entry.isNew(); i++) {
            int index = pick(members, command);
            if (index < 0) {
                break;
            }
            Session member = members.member(index);
            if (member.acquire() && entry.offerTo(member)) {
                return;
            }
            members = members.without(member); // it is full, or its channel is going: then it looks idle
        }
        if (!entry.isNew()) {
            return;
        }
        if (found != entry.row().members() && looks > 1) {
            routeToTarget(entry, command, target, looks - 1); // who would not take it may just have ceased to serve it
            return;
        }
        if (!serving.takesNew() && target.takesNewBeside(lost)) { // others of the target stay
            if (!mayBeHeld(entry, target) || !hold(entry, command, target, false)) {
                nobodyTakes(entry, command, target);
            }
        } else if (target.takesNewBeside(lost)) {
            full(entry, command, "every member of " + target.targetId() + " has as many commands as it takes");
        } else {
            noMember(entry, command, target);
        }
    }

    /** A strategy that throws, or picks nobody who is there, is not believed: {@code least} picks then. */
    private int pick(MemberSet members, Command command) {
        Strategy strategy = controller.strategy();
        try {
            int index = strategy.pick(members, command);
            if (index < members.size()) {
                return index;
            }
            complain(strategy, "picked member " + index + " of " + members.size());
        } catch (RuntimeException e) {
            complain(strategy, e.toString());
        }
        return LEAST.pick(members, command);
    }

    private void complain(Strategy strategy, String what) {
        if (complainedOf != strategy) {
            complainedOf = strategy;
            LOG.warn("the strategy {} {}; least picks in its place each time it fails", strategy, what);
        }
    }

    private void noMember(Pending entry, Command command, TargetEntry target) {
        String what = target.hasMembers() ? " has no member that takes commands now" : " has no member now";
        absent(entry, command, ErrorCode.NO_MEMBER, "the target " + target.targetId() + what);
    }

    /** Those that serve it go, or are down, and others of the target do not serve it. In the mailbox of the target these would take it out, again and again. */
    private static void nobodyTakes(Pending entry, Command command, TargetEntry target) {
        if (entry.isFromMailbox()) {
            entry.backToMailbox();
        } else {
            entry.settle(
                    ErrorCode.NO_MEMBER,
                    Stage.ROUTING,
                    "no member of " + target.targetId() + " that serves the operation " + command.operation()
                            + " takes commands now");
        }
    }

    private void full(Pending entry, Command command, String message) {
        if (entry.isFromMailbox()) {
            entry.backToMailbox();
        } else {
            entry.settle(ErrorCode.OVERLOADED, Stage.ROUTING, message);
        }
    }

    private static void expired(Pending entry) {
        entry.settle(ErrorCode.EXPIRED, Stage.ROUTING, "the time to live was spent before a member was sought");
    }

    private static void unknownOperation(Pending entry, Command command, String of) {
        entry.settle(
                ErrorCode.UNKNOWN_OPERATION,
                Stage.ROUTING,
                "no member of " + of + " serves the operation " + command.operation());
    }

    private void absent(Pending entry, Command command, ErrorCode code, String message) {
        if (entry.isFromMailbox()) {
            entry.backToMailbox();
        } else if (controller.settings().absentMayWait() && controller.mailbox() != null) {
            toMailbox(entry, command, code, message);
        } else if (command.target().namesInstance()
                || !mayBeHeld(entry, entry.target())
                || !hold(entry, command, entry.target(), false)) {
            entry.settle(code, Stage.ROUTING, message);
        }
    }

    // ---- the hold ----

    /** Whether it may wait here for a member that is expected back. */
    private boolean mayBeHeld(Pending entry, TargetEntry target) {
        return !entry.isFromMailbox() && comesBack(entry, target);
    }

    private boolean comesBack(Pending entry, TargetEntry target) {
        if (entry.row().isOthers()) {
            return false;
        }
        long now = controller.nanos();
        return target.expectsReturn(now) || entry.row().expectsReturn(now);
    }

    /** Holds a command, or ends it since there is no room; {@code false} when it was to stand behind others, and there are none. */
    private boolean hold(Pending entry, Command command, TargetEntry target, boolean isBehind) {
        Hold hold = entry.row().hold();
        switch (hold.add(entry, controller.settings().hold(), isBehind)) {
            case EMPTY -> {
                return false;
            }
            case FULL ->
                entry.settle(
                        ErrorCode.OVERLOADED,
                        Stage.HOLD,
                        "as many commands are held for " + command.operation() + " of " + target.targetId()
                                + " as may be");
            case HELD -> {
                registry.holds(target);
                hold.letOut(this); // a member may have come just before
            }
        }
        return true;
    }

    /** Brings a command that is held, and is NEW, to a member, or ends it when none is expected any more; {@code false} when it has to stay. */
    boolean fromHold(Pending entry) {
        Command command = entry.command();
        if (command == null) {
            return true;
        }
        TargetEntry target = entry.target();
        boolean comesBack = comesBack(entry, target); // before it is seen who is there
        MemberSet members = entry.row().members();
        Session lost = entry.lostMember();
        if (lost != null) {
            members = members.without(lost);
        }
        boolean isServed = members.size() > 0;
        boolean takesNew = members.takesNew();
        for (int i = 0; i < PICKS && members.size() > 0 && entry.isNew(); i++) {
            int index = pick(members, command);
            if (index < 0) {
                break;
            }
            Session member = members.member(index);
            if (member.acquire() && entry.offerTo(member)) {
                return true;
            }
            members = members.without(member);
        }
        if (!entry.isNew()) {
            return true;
        }
        if (takesNew || comesBack) {
            entry.heldBy(entry.row().hold());
            return false; // it goes on when a member has room, or is back
        }
        if (target.takesNewBeside(lost)) {
            if (isServed) {
                nobodyTakes(entry, command, target);
            } else {
                unknownOperation(entry, command, target.targetId());
            }
        } else {
            noMember(entry, command, target);
        }
        return true;
    }

    private void toMailbox(Pending entry, Command command, ErrorCode codeWithout, String messageWithout) {
        Mailbox present = controller.mailbox();
        if (present == null) {
            entry.settle(codeWithout, Stage.ROUTING, messageWithout);
            return;
        }
        long leftNanos = entry.leftNanos();
        if (leftNanos <= 0) {
            expired(entry);
            return;
        }
        if (!entry.beginWaiting()) {
            return;
        }
        Mailbox.Origin origin =
                new Mailbox.Origin(entry.source(), entry.principal(), controller.controllerId(), entry.attempt());
        present.put(command, origin, leftNanos).whenComplete((done, failure) -> {
            if (failure == null) {
                entry.admitted();
            } else {
                LOG.debug("the mailbox did not take {}", entry, failure);
                entry.mailboxRefused(CommandException.of(failure).error());
            }
        });
    }

    /** It is not to be executed by a repetition either. */
    private boolean isRemembered(Command command, Mailbox.Origin origin) {
        return !KeyWindow.concerns(command) || controller.keys().remember(origin.principal(), command);
    }

    /** Takes what came out of a mailbox, and says by {@link MailboxReader#answered} when it is known what becomes of it. */
    void fromMailbox(Mailbox.Waiting waiting, MailboxReader reader) {
        Command command = waiting.command();
        Mailbox.Origin origin = waiting.origin();
        TakenHere taken = controller.line().here();
        Pending here = controller.table().find(command.id(), origin.principal());
        if (here != null) {
            reader.answered();
            if (!here.takeUp(waiting, reader)) {
                waiting.done();
            }
        } else if (waiting.deliveries() > 1 && !command.idempotent()) {
            LOG.debug("{} came out of its mailbox {} times and may have been executed", command, waiting.deliveries());
            reader.answered();
            if (isRemembered(command, origin)) {
                waiting.done();
                taken.abandon(waiting, TakenHere.wentAway());
            } else {
                reader.goesBack();
                waiting.back();
            }
        } else if (command.ttlNanos() <= 0
                || !command.durable() && origin.controllerId().equals(controller.controllerId())) {
            reader.answered();
            waiting.done(); // expired, or its caller was told that it has ended
        } else if (TakenHere.attempt(waiting) > controller.maxAttempts()) {
            CommandError exhausted = TakenHere.exhausted(TakenHere.attempt(waiting));
            reader.answered();
            waiting.dead(exhausted);
            taken.abandon(waiting, exhausted);
        } else if (taken.asks(waiting)) {
            taken.ask(waiting, reader);
        } else {
            reader.answered();
            taken.executeForNobody(waiting, reader);
        }
    }
}

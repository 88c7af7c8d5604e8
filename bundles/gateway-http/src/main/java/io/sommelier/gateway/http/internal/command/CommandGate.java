package io.sommelier.gateway.http.internal.command;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.ReplyParts;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.Json;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.Caller;
import io.sommelier.gateway.http.internal.request.CommandRequest;
import io.sommelier.gateway.http.internal.request.IncomingRequest;
import io.sommelier.gateway.http.internal.request.RequestRefusedException;
import io.sommelier.gateway.http.internal.request.RequestRules;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;

/**
 * Sends the commands of requests, and knows those that are under way or kept. Thread-safe; nothing blocks but {@link #drain}.
 */
public final class CommandGate {
    /** The exchange property of the HTTP server: a stage that completes when nobody waits for the answer. */
    private static final String GONE = "sommelier.http.gone";

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long FIRST_LOOK_MILLIS = 2;
    private static final long MOST_LOOK_MILLIS = 250;
    private static final String STOPS = "this gateway stops";

    private final Supplier<RequestRules> requestRules;
    private final Supplier<ReplyRules> replyRules;
    private final Times times;
    private final ScheduledExecutorService timer;
    private final ConcurrentMap<CommandId, SentCommand> commands = new ConcurrentHashMap<>();
    private final StreamSlots slots;
    private final KeptReplies kept;
    private volatile CommandSender sender;
    private volatile ControllerAdmin admin;
    private volatile boolean isDraining;

    /** @param timer ends the time that a client would wait; what it runs does not block */
    public CommandGate(
            Supplier<RequestRules> requestRules,
            Supplier<ReplyRules> replyRules,
            Supplier<CommandLimits> limits,
            Times times,
            ScheduledExecutorService timer) {
        this.requestRules = requestRules;
        this.replyRules = replyRules;
        this.times = times;
        this.timer = timer;
        slots = new StreamSlots(() -> limits.get().maxStreams());
        kept = new KeptReplies(limits, times, command -> commands.remove(command.id(), command));
    }

    /** Sends by that from now on; null while there is none. */
    public void sender(CommandSender present) {
        sender = present;
    }

    /** Asks that about commands from now on; null while there is none. */
    public void admin(ControllerAdmin present) {
        admin = present;
    }

    // ---- sending ----

    /** {@code POST /commands/{target}/{operation}}. */
    public void send(IncomingRequest incoming, Caller caller, Exchange exchange, AsyncCallback callback) {
        CommandRequest request = CommandRequest.read(incoming, caller, requestRules.get());
        CommandSender present = sender;
        if (isDraining) {
            throw refused(request, ErrorCode.DRAINING, Outcome.NOT_SENT, Stage.INGRESS, STOPS);
        }
        if (present == null) {
            throw refused(
                    request,
                    ErrorCode.CONTROLLER_GONE,
                    Outcome.NOT_SENT,
                    Stage.SEND_QUEUE,
                    "there is no controller now");
        }
        if (request.preferences().isAsync()) {
            sendForLater(request, present, exchange, callback);
        } else {
            sendAndWait(request, present, exchange, callback);
        }
    }

    private void sendAndWait(CommandRequest request, CommandSender present, Exchange exchange, AsyncCallback callback) {
        var waiting = new WaitingReply(
                request,
                times,
                exchange,
                callback,
                replyRules.get(),
                slots,
                ended -> commands.remove(ended.id(), ended));
        register(request, waiting);
        Optional<CompletionStage<?>> gone = gone(exchange); // before the exchange can be over
        waiting.send(new ReplyParts(present, request.command()));
        if (!waiting.isEnded()) {
            gone.ifPresent(stage -> stage.thenRun(waiting::clientGone));
        }
    }

    private void sendForLater(
            CommandRequest request, CommandSender present, Exchange exchange, AsyncCallback callback) {
        var early = new EarlyAnswer(exchange, callback, request.preferences(), this::describe);
        var later = new KeptReply(request, times, early, replyRules.get(), kept);
        register(request, later);
        if (!kept.admit(later)) {
            commands.remove(later.id(), later);
            throw refused(
                    request,
                    ErrorCode.OVERLOADED,
                    Outcome.NOT_SENT,
                    Stage.INGRESS,
                    "as many replies are kept as may be (results and resultsBytes of io.sommelier.gateway.http)");
        }
        Optional<CompletionStage<?>> gone = gone(exchange);
        later.start(new ReplyParts(present, request.command()));
        request.preferences()
                .waitLimit()
                .ifPresent(
                        wait -> later.timer(timer.schedule(later::waitOver, wait.toMillis(), TimeUnit.MILLISECONDS)));
        gone.ifPresent(stage -> stage.thenRun(later::clientGone));
        noticeAdmission(later, FIRST_LOOK_MILLIS);
    }

    /**
     * Sees that a command was taken in where the sender does not say so: for one that goes to a member at once it does not, before the member answers. Durable ones and those in a mailbox are told of.
     */
    private void noticeAdmission(KeptReply command, long nextMillis) {
        ControllerAdmin present = admin;
        if (command.isDurable() || !command.isUncertain()) {
            return;
        }
        if (present == null) {
            command.admitted();
            return;
        }
        CommandState state = present.commands(command.id()).stream()
                .findFirst()
                .map(CommandView::state)
                .orElse(CommandState.SUBMITTED);
        if (state.compareTo(CommandState.ADMITTED) > 0 && state != CommandState.WAITING) {
            command.admitted();
        } else {
            timer.schedule(
                    () -> noticeAdmission(command, Math.min(MOST_LOOK_MILLIS, 2 * nextMillis)),
                    nextMillis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void register(CommandRequest request, SentCommand command) {
        SentCommand other = commands.putIfAbsent(command.id(), command);
        if (other instanceof KeptReply ended && ended.givesIdFree()) {
            kept.drop(ended);
            other = commands.putIfAbsent(command.id(), command);
        }
        if (other != null) {
            throw refused(
                    request,
                    ErrorCode.DUPLICATE_COMMAND,
                    Outcome.REFUSED,
                    Stage.INGRESS,
                    "a command with this id is under way, or its reply is kept: see /commands/" + command.id());
        }
    }

    private static Optional<CompletionStage<?>> gone(Exchange exchange) {
        return exchange.getProperty(GONE) instanceof CompletionStage<?> gone ? Optional.of(gone) : Optional.empty();
    }

    private static RequestRefusedException refused(
            CommandRequest request, ErrorCode code, Outcome outcome, Stage stage, String message) {
        return new RequestRefusedException(
                Problem.of(CommandError.of(code, outcome, stage, message), Optional.of(request.id())));
    }

    // ---- looking ----

    /** {@code GET} and {@code DELETE /commands/{id}}. */
    public void command(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        CommandId id = request.id("id");
        Optional<SentCommand> mine = mine(id, caller);
        if (request.isMethod("DELETE")) {
            cancel(id, mine, caller, exchange);
        } else if (mine.isPresent()) {
            show(mine.get(), request, exchange);
        } else {
            CommandView view = views(id, caller).stream().findFirst().orElseThrow(() -> unknown(id));
            Answer.json(exchange, 200, Json.text(json -> CommandViews.write(json, view)))
                    .command(id);
        }
        callback.done(false);
    }

    private void show(SentCommand command, IncomingRequest request, Exchange exchange) {
        Answer.json(exchange, 200, describe(command)).command(command.id());
        if (command instanceof KeptReply ended && ended.isEnded() && !request.isMethod("HEAD")) {
            kept.fetched(ended);
        }
    }

    private void cancel(CommandId id, Optional<SentCommand> mine, Caller caller, Exchange exchange) {
        String reason = "cancelled over HTTP";
        if (mine.isPresent()) {
            if (mine.get().isEnded()) {
                throw new RequestRefusedException(
                        Problem.conflict("the command has ended already: see /commands/" + id));
            }
            mine.get().cancel(reason);
        } else {
            List<CommandView> views = views(id, caller);
            ControllerAdmin present = admin;
            if (present == null || views.isEmpty()) {
                throw unknown(id);
            }
            views.forEach(view -> present.cancel(view.principal(), id, reason));
        }
        Answer.empty(exchange).command(id);
    }

    /** {@code GET /commands/{id}/reply}. */
    public void reply(IncomingRequest request, Caller caller, Exchange exchange, AsyncCallback callback) {
        CommandId id = request.id("id");
        SentCommand mine = mine(id, caller).orElseThrow(() -> unknown(id));
        if (mine instanceof KeptReply command && command.isEnded()) {
            command.answerReply(exchange);
            if (!request.isMethod("HEAD")) {
                kept.fetched(command);
            }
        } else {
            Answer.json(exchange, 202, describe(mine)).command(id);
        }
        callback.done(false);
    }

    private Optional<SentCommand> mine(CommandId id, Caller caller) {
        return Optional.ofNullable(commands.get(id)).filter(command -> caller.maySee(command.caller()));
    }

    /** Commands that others sent, for an operator. */
    private List<CommandView> views(CommandId id, Caller caller) {
        ControllerAdmin present = admin;
        return present == null || !caller.isOperator() ? List.of() : present.commands(id);
    }

    private RequestRefusedException unknown(CommandId id) {
        return new RequestRefusedException(
                Problem.notFound(
                        "nothing is known of the command " + id
                                + ": replies are kept only where Prefer: respond-async asks for it, for "
                                + kept.limits().retention().toSeconds()
                                + " s after the end, and not over a restart of this gateway; durable commands are executed all the same"));
    }

    private String describe(SentCommand command) {
        ControllerAdmin present = admin;
        Optional<CommandView> live = present == null || command.isEnded()
                ? Optional.empty()
                : present.commands(command.id()).stream().findFirst();
        return Json.text(json -> {
            json.writeStartObject();
            command.write(json, live, times);
            json.writeEndObject();
        });
    }

    // ---- coming and going ----

    /** Drops kept replies whose time is over. */
    public void sweep() {
        kept.sweep();
    }

    /**
     * Takes no more commands, waits for those that a request waits for, and gives up what is left then; each is answered with what is true of it. The end of a streamed reply would come
     * behind parts that its client does not read: then the reply is broken off. Must not be called on an event loop.
     */
    public void drain(Duration limit) {
        isDraining = true;
        if (!await(limit)) {
            waiting().forEach(command -> command.stop(STOPS));
            await(Duration.ofSeconds(1));
            waiting().forEach(WaitingReply::breakOff);
        }
    }

    /** Takes commands again. */
    public void resume() {
        isDraining = false;
    }

    /** Gives up the commands of early answers, but for durable ones, which are executed all the same. */
    public void close() {
        isDraining = true;
        for (SentCommand command : commands.values()) {
            if (!command.isDurable() && !command.isEnded()) {
                command.cancel(STOPS);
            }
        }
    }

    /** Whether no commands are taken. */
    public boolean isDraining() {
        return isDraining;
    }

    private boolean await(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!waiting().isEmpty()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return true;
    }

    private Collection<WaitingReply> waiting() {
        return commands.values().stream()
                .filter(WaitingReply.class::isInstance)
                .map(WaitingReply.class::cast)
                .collect(Collectors.toList());
    }

    /** How many commands are under way or kept. */
    public int size() {
        return commands.size();
    }

    /** How many replies are kept, or are to be. */
    public int keptReplies() {
        return kept.size();
    }

    /** The bytes that they hold. */
    public long keptBytes() {
        return kept.heldBytes();
    }

    /** How many replies are streamed. */
    public int streams() {
        return slots.taken();
    }
}

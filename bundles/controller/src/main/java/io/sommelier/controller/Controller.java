package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.spi.Archive;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.ReplyPath;
import io.sommelier.spi.Strategy;
import io.sommelier.spi.TargetAssigner;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: takes channels in, routes commands, keeps their deadlines, and settles each exactly once. Thread-safe. It works with no pipeline, mailbox or verifier, and takes
 * each when it is given one; none of these changes touches a channel or a command.
 */
public final class Controller implements ChannelAcceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    /** How often it is seen to it that commands which are held for nobody any more end. */
    private static final long HOLD_SWEEP_MILLIS = 50;

    private final String controllerId;
    private final LongSupplier nanoClock;
    private final Registry registry;
    private final DeadlineWheel wheel;
    private final PendingTable table = new PendingTable();
    private final ByteBudget budget = new ByteBudget();
    private final Router router;
    private final KeyWindow keys = new KeyWindow(this);
    private final Latencies latencies =
            new Latencies(this, Latencies.maxBytes(Runtime.getRuntime().maxMemory()));
    private final LongAdder lateParts = new LongAdder();
    private final ScheduledThreadPoolExecutor timer;
    private final List<Transport> transports = new CopyOnWriteArrayList<>();
    private volatile ControllerSettings settings;
    private volatile Pipeline pipeline;
    private volatile Mailbox mailbox;
    private volatile Archive archive;
    private volatile Archive complainedOf;
    private volatile Strategy strategy = new LeastStrategy();
    private volatile boolean draining;
    private volatile boolean readsMailboxes = true;
    private volatile boolean closing;
    private volatile DrainSettings drainSettings = DrainSettings.defaults();
    private final Drains drains = new Drains(this);
    private final ControllerLine line;
    private final HealthRounds health;

    /** A controller that listens nowhere yet, on the system's monotonic clock. */
    public Controller(String controllerId, ControllerSettings settings) {
        this(controllerId, settings, System::nanoTime);
    }

    /**
     * A controller that listens nowhere yet.
     *
     * @param controllerId its id, in the grammar of names
     * @param nanoClock the monotonic clock in nanoseconds
     */
    public Controller(String controllerId, ControllerSettings settings, LongSupplier nanoClock) {
        this.controllerId = controllerId;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.wheel = new DeadlineWheel(nanoClock.getAsLong());
        this.registry = new Registry(this);
        this.router = new Router(this, registry);
        this.health = new HealthRounds(this);
        this.timer = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "sommelier-" + controllerId + "-deadlines");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        line = new ControllerLine(this);
        registry.know(settings.knownTargets());
        timer.scheduleAtFixedRate(this::tick, DeadlineWheel.TICK_NANOS, DeadlineWheel.TICK_NANOS, TimeUnit.NANOSECONDS);
        timer.scheduleWithFixedDelay(this::sweepHolds, HOLD_SWEEP_MILLIS, HOLD_SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        timer.scheduleAtFixedRate(this::forgetTargets, 1, 1, TimeUnit.MINUTES);
        timer.scheduleAtFixedRate(keys::sweep, 1, 1, TimeUnit.SECONDS);
        timer.scheduleAtFixedRate(
                this::countLatencies, Latencies.COUNT_MILLIS, Latencies.COUNT_MILLIS, TimeUnit.MILLISECONDS);
    }

    // ---- parts that come and go ----

    /** Starts a transport on this controller; see {@link Transport#start}. */
    public CompletionStage<Void> add(Transport transport) {
        transports.add(transport);
        return transport.start(this).whenComplete((done, failure) -> {
            if (failure != null) {
                transports.remove(transport);
            }
        });
    }

    /** Stops a transport that was added; see {@link Transport#stop}. */
    public CompletionStage<Void> remove(Transport transport, Duration drainLimit) {
        return transports.remove(transport)
                ? TransportStop.of(transport, this, drainLimit)
                : CompletableFuture.completedStage(null);
    }

    /** Has every command that comes from now on pass a pipeline; {@code null} for none. */
    public void pipeline(Pipeline present) {
        pipeline = present;
    }

    /** Has commands wait in a mailbox where they may; {@code null} for none. */
    public void mailbox(Mailbox present) {
        mailbox = present;
        registry.refreshReaders();
    }

    /** Has replies, credit and cancel go to and come from other controllers; {@code null} for none of them. */
    public void link(ControllerLink present) {
        line.link(present);
    }

    /** Has the end of every command recorded; {@code null} for no record. */
    public void archive(Archive present) {
        archive = present;
    }

    /** Has members picked by a strategy; {@code null} for {@code least}. */
    public void strategy(Strategy present) {
        strategy = present == null ? new LeastStrategy() : present;
    }

    /** Has hellos verified by these, in order; with none, everybody is anonymous. */
    public void verifiers(List<CredentialVerifier> present) {
        registry.verifiers(present);
    }

    /** Asks these, in order, which target a connector serves that asks for one; {@link ControllerSettings#assignedTargets} come before them. */
    public void assigners(List<TargetAssigner> present) {
        registry.assigners(present);
    }

    /** Asks all of these whether a connector may serve; what holds with none, {@link ControllerSettings#requireAuthorizer} says. */
    public void authorizers(List<Authorizer> present) {
        registry.authorizers(present);
    }

    /** Swaps the settings; what is under way goes on. */
    public void settings(ControllerSettings changed) {
        settings = changed;
        registry.know(changed.knownTargets());
    }

    /** Swaps the limits of drains that are ordered from now on. */
    public void drainSettings(DrainSettings changed) {
        drainSettings = changed;
    }

    /** What an operator sees. */
    public ControllerAdmin admin() {
        return new AdminView(this, registry);
    }

    /**
     * Drains and stops: new commands are refused, those in flight may finish within the limit, the rest end with what is true of them, and connectors are told to go elsewhere; then every transport is
     * stopped. Blocks at most the limit, and what the transports take. Must not be called on an I/O thread.
     */
    public void close(Duration limit) {
        drainBeforeStop(limit);
        line.link(null); // says first what has ended
        CompletableFuture<?>[] stops = transports.stream()
                .map(transport -> transport.stop(Duration.ofSeconds(1)).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        transports.clear();
        try {
            CompletableFuture.allOf(stops).get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("a transport of controller {} did not stop: {}", controllerId, e.toString());
        }
        timer.shutdownNow();
        drains.close();
    }

    /**
     * Drains for good: it cannot be resumed any more. Without effect when that was done, and nothing has come since. Blocks at most the limit, and a little more. Must not be called on an I/O thread.
     */
    public void drainBeforeStop(Duration limit) {
        boolean isDrained = closing && table.size() == 0;
        closing = true;
        draining = true;
        if (isDrained) {
            return;
        }
        CompletionStage<DrainReport> drained =
                drains.controller(DrainOrder.usual(), limit).whenOver();
        try {
            drained.toCompletableFuture().get(limit.toMillis() + 2 * DrainRun.GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.error("controller {} did not drain; this is a defect, please report it", controllerId, e);
        }
        endAll();
    }

    /** Ends every live command with what is true of it; gives how many there were. */
    int endAll() {
        int ended = 0;
        for (Pending entry : table.all()) {
            try {
                entry.endBefore(
                        ErrorCode.DRAINING, "the controller " + controllerId + " stopped before the command had ended");
            } catch (RuntimeException defect) {
                LOG.error("{} could not be told that it has ended; this is a defect, please report it", entry, defect);
            }
            ended++;
        }
        return ended;
    }

    // ---- drain ----

    /** As {@link ControllerAdmin#drainController}. */
    CompletionStage<DrainReport> drain(DrainOrder order) {
        Duration limit = drains.limitOf(order);
        draining = true;
        return drains.controller(order, limit).whenOver();
    }

    /** As {@link ControllerAdmin#resume}. */
    boolean resume() {
        if (closing) {
            throw new IllegalStateException("the controller " + controllerId + " is about to stop");
        }
        boolean wasDraining = draining;
        drains.resume();
        draining = false;
        readMailboxes(true);
        return wasDraining;
    }

    boolean isDraining() {
        return draining;
    }

    DrainSettings drainSettings() {
        return drainSettings;
    }

    Drains drains() {
        return drains;
    }

    /** Whether commands are taken out of mailboxes, where a member has room. */
    boolean readsMailboxes() {
        return readsMailboxes;
    }

    void readMailboxes(boolean value) {
        readsMailboxes = value;
        registry.refreshReaders();
    }

    /** The connectors that are here. */
    List<Session> sessions() {
        return registry.sessions();
    }

    // ---- channels ----

    @Override
    public String controllerId() {
        return controllerId;
    }

    @Override
    public CompletionStage<Peer> hello(Channel channel, Hello hello) {
        if (draining) {
            return CompletableFuture.failedStage(new io.sommelier.spi.HelloRefusedException(
                    new Goodbye(CloseReason.SHUTDOWN, true, "the controller " + controllerId + " is draining")));
        }
        return registry.hello(channel, hello);
    }

    /** Those of the operations that the member may serve, having served those before. */
    Set<String> permitted(Session session, Set<String> before, Set<String> operations) {
        return registry.permitted(session, before, operations);
    }

    void left(Session session, Goodbye goodbye) {
        registry.leave(session, goodbye);
    }

    // ---- commands ----

    Incoming submit(Session caller, Command command, long initialCredit, ReplyPath replyPath) {
        Pending entry = new Pending(
                this,
                caller,
                caller.instance(),
                caller.principal().name(),
                command,
                1,
                initialCredit,
                replyPath,
                nanos());
        entry.submit(pipeline, draining);
        return entry;
    }

    // ---- what a pending entry needs ----

    long nanos() {
        return nanoClock.getAsLong();
    }

    ControllerSettings settings() {
        return settings;
    }

    int maxAttempts() {
        return settings.maxAttempts();
    }

    long streamIdleNanos() {
        return settings.streamIdle().toNanos();
    }

    TargetEntry target(String targetId) {
        return registry.target(targetId);
    }

    OperationEntry row(TargetEntry target, String operation) {
        return target == null ? registry.unknownTargets() : target.row(operation);
    }

    DeadlineWheel wheel() {
        return wheel;
    }

    HealthRounds health() {
        return health;
    }

    PendingTable table() {
        return table;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    Archive archive() {
        return archive;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    void countLate() {
        lateParts.increment();
    }

    long lateParts() {
        return lateParts.sum();
    }

    ByteBudget budget() {
        return budget;
    }

    Latencies latencies() {
        return latencies;
    }

    KeyWindow keys() {
        return keys;
    }

    ControllerLine line() {
        return line;
    }

    Router router() {
        return router;
    }

    Strategy strategy() {
        return strategy;
    }

    /** An archive that throws costs records, never commands; the log says so once. */
    void complainOf(Archive failing, RuntimeException failure) {
        if (complainedOf != failing) {
            complainedOf = failing;
            LOG.warn("the archive {} threw, and records are missing from it", failing, failure);
        }
    }

    private void tick() {
        try {
            wheel.tick(nanos());
        } catch (RuntimeException e) {
            LOG.error("a deadline could not be served; this is a defect, please report it", e);
        }
        try {
            health.tick(nanos());
        } catch (RuntimeException e) {
            LOG.error("members could not be asked how they are; this is a defect, please report it", e);
        }
    }

    private void sweepHolds() {
        try {
            registry.sweepHolds();
        } catch (RuntimeException e) {
            LOG.error(
                    "what was held for a member that is gone could not be ended; this is a defect, please report it",
                    e);
        }
    }

    private void countLatencies() {
        try {
            latencies.count();
        } catch (RuntimeException e) {
            LOG.error("how long commands took could not be counted; this is a defect, please report it", e);
        }
    }

    /** How many instance ids are known with whom they belong to. */
    int rememberedInstances() {
        return registry.owners();
    }

    void forgetTargets() {
        registry.forgetTargets();
        latencies.recount(registry.targets());
    }
}

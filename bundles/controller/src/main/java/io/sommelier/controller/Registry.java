package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Channel;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import io.sommelier.spi.TargetAssigner;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is here: targets, instances, and how a connector gets in. Thread-safe; look-ups take no lock. */
final class Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    /** Instance ids are often made anew at each start; above so many, the oldest of those that are not here are forgotten early. */
    static final int MAX_OWNERS = 100_000;

    /** How long operations that nobody serves are left alone after they were looked through for room. */
    private static final long FOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Controller controller;
    private final ConcurrentMap<String, TargetEntry> targets = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Session> instances = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Owner> owners = new ConcurrentHashMap<>();
    private final OperationEntry unknownTargets = new OperationEntry(OperationEntry.OTHERS, new AtomicInteger());
    private final AtomicLong channelNumbers = new AtomicLong();
    private final SecureRandom random = new SecureRandom();
    private volatile List<CredentialVerifier> verifiers = List.of();
    private final TargetAssignment assignment;
    private final Set<TargetEntry> holding = ConcurrentHashMap.newKeySet();
    private final NameBudget names;
    private final AtomicLong nextFoldNanos;
    private volatile List<Authorizer> authorizers = List.of();
    private volatile boolean hadAuthorizer;

    Registry(Controller controller) {
        this.controller = controller;
        this.assignment = new TargetAssignment(controller);
        this.names = new NameBudget(() -> controller.settings().maxNames());
        this.nextFoldNanos = new AtomicLong(controller.nanos());
    }

    /** Who used an instance id first, and when it was last seen. */
    private record Owner(String principal, long seenNanos) {}

    void verifiers(List<CredentialVerifier> present) {
        verifiers = List.copyOf(present);
    }

    void assigners(List<TargetAssigner> present) {
        assignment.assigners(present);
    }

    void authorizers(List<Authorizer> present) {
        hadAuthorizer |= !present.isEmpty();
        authorizers = List.copyOf(present);
    }

    /** Whether nobody is here who could permit what must be permitted. */
    private boolean lacksAuthorizer() {
        return controller.settings().requireAuthorizer().isMissing(!authorizers.isEmpty(), hadAuthorizer);
    }

    /** The target, or {@code null} when it is not known. */
    TargetEntry target(String targetId) {
        return targets.get(targetId);
    }

    Collection<TargetEntry> targets() {
        return targets.values();
    }

    OperationEntry unknownTargets() {
        return unknownTargets;
    }

    /** The connector with that id, or {@code null}. */
    Session instance(String instance) {
        return instances.get(instance);
    }

    void know(Set<String> targetIds) {
        for (String targetId : targetIds) {
            targets.computeIfAbsent(targetId, id -> {
                names.takeAnyway();
                return new TargetEntry(id, controller, names);
            });
        }
    }

    /** How many instance ids are remembered. */
    int owners() {
        return owners.size();
    }

    /** Lets go on what was held for members that are expected no more, or whose send queue has room again, of which nobody tells. */
    void sweepHolds() {
        for (TargetEntry target : holding) {
            target.letOut(controller.router());
            if (target.held() == 0) {
                holding.remove(target);
                if (target.held() > 0) { // since just now
                    holding.add(target);
                }
            }
        }
    }

    /** Commands are held for that target. */
    void holds(TargetEntry target) {
        holding.add(target);
    }

    void refreshReaders() {
        for (TargetEntry target : targets.values()) {
            target.reader().refresh();
            target.members().forEach(Session::refreshReaders);
        }
    }

    /** Forgets targets and owners that were not seen for the time that settings say. */
    void forgetTargets() {
        long now = controller.nanos();
        long remembered = controller.settings().rememberTarget().toNanos();
        Set<String> known = controller.settings().knownTargets();
        for (String targetId : targets.keySet()) {
            targets.computeIfPresent(targetId, (id, target) -> { // nobody joins it meanwhile
                if (target.hasMembers()
                        || target.held() > 0
                        || now - target.emptySinceNanos() <= remembered
                        || known.contains(id)) {
                    return target;
                }
                target.forgotten();
                return null;
            });
        }
        owners.entrySet()
                .removeIf(owner -> !instances.containsKey(owner.getKey())
                        && now - owner.getValue().seenNanos() > remembered);
    }

    /** Forgets a quarter of the owners, those that went first; none that is here. */
    private void forgetOldestOwners() {
        long now = controller.nanos();
        owners.entrySet().stream()
                .filter(owner -> !instances.containsKey(owner.getKey()))
                .sorted(Comparator.comparingLong(owner -> owner.getValue().seenNanos() - now))
                .limit(MAX_OWNERS / 4)
                .toList()
                .forEach(owner -> owners.remove(owner.getKey(), owner.getValue()));
    }

    // ---- hello ----

    CompletionStage<Peer> hello(Channel channel, Hello hello) {
        return CompletableFuture.completedStage(verifiers) // whoever comes or goes meanwhile, this hello is for these
                .thenCompose(asked -> asked.isEmpty()
                        ? CompletableFuture.completedStage(Principal.ANONYMOUS)
                        : identify(channel, hello, asked.iterator()))
                .thenCompose(principal -> takeIn(
                        channel,
                        hello,
                        principal,
                        controller.settings().probeLimit().toNanos()));
    }

    private CompletionStage<Principal> identify(
            Channel channel, Hello hello, java.util.Iterator<CredentialVerifier> rest) {
        if (!rest.hasNext()) {
            return refused(
                    CloseReason.UNAUTHENTICATED,
                    "nobody knows the credential scheme '" + hello.credential().scheme() + "'");
        }
        CompletionStage<Optional<Principal>> verdict = rest.next().verify(hello.credential(), channel.remoteAddress());
        return verdict.thenCompose(
                known -> known.map(CompletableFuture::completedStage).orElseGet(() -> identify(channel, hello, rest)));
    }

    private CompletionStage<Peer> takeIn(Channel channel, Hello hello, Principal principal, long probeNanos) {
        String given = assignment.targetOf(hello, principal);
        if (lacksAuthorizer() && !given.isEmpty()) {
            return refused(CloseReason.FORBIDDEN, true, "nobody is here to say who may serve " + given);
        }
        for (String operation : Session.withoutHealth(hello.operations())) {
            if (!mayServe(principal, given, operation)) {
                return refused(
                        CloseReason.FORBIDDEN,
                        "'" + principal.name() + "' may not serve " + operation + " of " + given);
            }
        }
        Owner owner = owners.merge(
                hello.instance(),
                new Owner(principal.name(), controller.nanos()),
                (first, now) -> new Owner(first.principal(), now.seenNanos()));
        if (!owner.principal().equals(principal.name())) {
            return refused(
                    CloseReason.FORBIDDEN, "the instance id " + hello.instance() + " belongs to another principal");
        }
        if (owners.size() > MAX_OWNERS) {
            forgetOldestOwners();
        }
        Welcome welcome = new Welcome(controller.controllerId(), given, newToken());
        String channelId = Long.toString(channelNumbers.incrementAndGet());
        return enter(new Session(controller, channelId, channel, hello, principal, welcome), probeNanos);
    }

    private boolean mayServe(Principal principal, String targetId, String operation) {
        for (Authorizer authorizer : authorizers) {
            if (!authorizer.permits(principal, Authorizer.Action.SERVE, targetId, operation)) {
                return false;
            }
        }
        return true;
    }

    /** Those of the operations that the member may serve, having served those before; the log names the others. */
    Set<String> permitted(Session session, Set<String> before, Set<String> operations) {
        Set<String> permitted = new HashSet<>();
        boolean lacks = lacksAuthorizer(); // then it may go on with what it was permitted
        for (String operation : operations) {
            if (lacks ? before.contains(operation) : mayServe(session.principal(), session.targetId(), operation)) {
                permitted.add(operation);
            } else {
                LOG.warn("{} may not serve {} of {}", session, operation, session.targetId());
            }
        }
        return Set.copyOf(permitted);
    }

    private CompletionStage<Peer> enter(Session session, long probeNanos) {
        Session old = instances.putIfAbsent(session.instance(), session);
        if (old == null) {
            return join(session);
        }
        if (old.mayResume(session.resumeToken())) {
            session.inheritHealth(old);
            return replace(old, session, probeNanos);
        }
        CompletableFuture<Boolean> alive = new CompletableFuture<>();
        old.channel().probe().whenComplete((pong, failure) -> alive.complete(failure == null));
        controller.timer().schedule(() -> alive.complete(false), probeNanos, TimeUnit.NANOSECONDS);
        return alive.thenCompose(isAlive -> isAlive
                ? refused(
                        CloseReason.DUPLICATE_INSTANCE,
                        "the instance id " + session.instance() + " is in use by " + old)
                : replace(old, session, probeNanos));
    }

    private CompletionStage<Peer> replace(Session old, Session session, long probeNanos) {
        if (!instances.replace(session.instance(), old, session)) {
            return enter(session, probeNanos); // the old one has just gone, or somebody else was faster
        }
        old.expectReturn(); // until the new one is in
        depart(old);
        CompletionStage<Peer> joined =
                join(session); // before the old one is closed: what that had not begun goes there
        old.channel()
                .close(new Goodbye(
                        CloseReason.TAKEN_OVER, false, "another channel of " + session.instance() + " took its place"));
        return joined;
    }

    private CompletionStage<Peer> join(Session session) {
        boolean serves = !session.targetId().isEmpty();
        if (serves && !joinTarget(session) && !(forgetUnserved() && joinTarget(session))) {
            instances.remove(session.instance(), session);
            return refused(
                    CloseReason.OVERLOADED,
                    true,
                    "as many targets and operations are remembered as may be, and " + session.targetId()
                            + " is new, or has new ones");
        }
        session.refreshReaders();
        session.beginHealth();
        if (serves) {
            session.target().letOut(controller.router());
        }
        LOG.info("channel up: {}{}", session, serves ? servedBy(session) : "");
        return CompletableFuture.completedStage(session);
    }

    private static String servedBy(Session session) {
        String asked = session.askedTargetId();
        String given = session.targetId();
        return asked.equals(given) ? " serves " + given : " asked for " + asked + ", serves " + given;
    }

    /** Makes it a member of its target, which may be new, and which nobody forgets meanwhile; {@code false} when there is no room for the names. */
    private boolean joinTarget(Session session) {
        TargetEntry joined = targets.compute(session.targetId(), (id, present) -> {
            if (present == null && !names.take()) {
                return null;
            }
            TargetEntry target = present == null ? new TargetEntry(id, controller, names) : present;
            session.target(target);
            if (target.join(session, session.operations())) {
                return target;
            }
            session.target(null);
            if (present == null) {
                target.forgotten();
            }
            return present;
        });
        return joined != null && joined == session.target();
    }

    /** Makes room for names, once in a while; {@code false} when that was tried just now. */
    private boolean forgetUnserved() {
        long now = controller.nanos();
        long next = nextFoldNanos.get();
        if (now - next < 0 || !nextFoldNanos.compareAndSet(next, now + FOLD_NANOS)) {
            return false;
        }
        LOG.warn("{} names of targets and operations are remembered, and more come", names.names());
        targets.values().forEach(TargetEntry::forgetUnserved);
        return true;
    }

    private void depart(Session session) {
        session.retire();
        if (session.target() != null) {
            session.target().leave(session, controller::nanos);
        }
    }

    void leave(Session session, Goodbye goodbye) {
        instances.remove(session.instance(), session);
        owners.computeIfPresent(session.instance(), (id, owner) -> new Owner(owner.principal(), controller.nanos()));
        depart(session);
        LOG.info("channel down: {}, {}: {}", session, goodbye.reason(), goodbye.message());
    }

    private static <T> CompletionStage<T> refused(CloseReason reason, String message) {
        return refused(reason, reason == CloseReason.DUPLICATE_INSTANCE, message);
    }

    private static <T> CompletionStage<T> refused(CloseReason reason, boolean comeBack, String message) {
        return CompletableFuture.failedStage(new HelloRefusedException(new Goodbye(reason, comeBack, message)));
    }

    private String newToken() {
        byte[] token = new byte[16];
        random.nextBytes(token);
        return HexFormat.of().formatHex(token);
    }

    List<Session> sessions() {
        return new ArrayList<>(instances.values());
    }
}

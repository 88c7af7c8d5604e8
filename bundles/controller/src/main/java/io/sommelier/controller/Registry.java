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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is here: targets, instances, and how a connector gets in. Thread-safe; look-ups take no lock. */
final class Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final Controller controller;
    private final ConcurrentMap<String, TargetEntry> targets = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Session> instances = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Owner> owners = new ConcurrentHashMap<>();
    private final OperationEntry unknownTargets = new OperationEntry(OperationEntry.OTHERS);
    private final AtomicLong channelNumbers = new AtomicLong();
    private final SecureRandom random = new SecureRandom();
    private volatile List<CredentialVerifier> verifiers = List.of();
    private volatile List<Authorizer> authorizers = List.of();

    Registry(Controller controller) {
        this.controller = controller;
    }

    /** Who used an instance id first, and when it was last seen. */
    private record Owner(String principal, long seenNanos) {}

    void verifiers(List<CredentialVerifier> present) {
        verifiers = List.copyOf(present);
    }

    void authorizers(List<Authorizer> present) {
        authorizers = List.copyOf(present);
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
        targetIds.forEach(this::entry);
    }

    private TargetEntry entry(String targetId) {
        return targets.computeIfAbsent(targetId, id -> new TargetEntry(id, controller));
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
        targets.values()
                .removeIf(target -> !target.hasMembers()
                        && now - target.emptySinceNanos() > remembered
                        && !known.contains(target.targetId()));
        owners.entrySet()
                .removeIf(owner -> !instances.containsKey(owner.getKey())
                        && now - owner.getValue().seenNanos() > remembered);
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
        for (String operation : hello.operations()) {
            if (!mayServe(principal, hello.targetId(), operation)) {
                return refused(
                        CloseReason.FORBIDDEN,
                        "'" + principal.name() + "' may not serve " + operation + " of " + hello.targetId());
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
        TargetEntry target = hello.targetId().isEmpty() ? null : entry(hello.targetId());
        Welcome welcome = new Welcome(controller.controllerId(), hello.targetId(), newToken());
        String channelId = Long.toString(channelNumbers.incrementAndGet());
        return enter(new Session(controller, channelId, channel, hello, principal, welcome, target), probeNanos);
    }

    private boolean mayServe(Principal principal, String targetId, String operation) {
        for (Authorizer authorizer : authorizers) {
            if (!authorizer.permits(principal, Authorizer.Action.SERVE, targetId, operation)) {
                return false;
            }
        }
        return true;
    }

    /** Those of the operations that the member may serve; the log names the others. */
    Set<String> permitted(Session session, Set<String> operations) {
        Set<String> permitted = new HashSet<>();
        for (String operation : operations) {
            if (mayServe(session.principal(), session.target().targetId(), operation)) {
                permitted.add(operation);
            } else {
                LOG.warn(
                        "{} may not serve {} of {}",
                        session,
                        operation,
                        session.target().targetId());
            }
        }
        return Set.copyOf(permitted);
    }

    private CompletionStage<Peer> enter(Session session, long probeNanos) {
        Session old = instances.putIfAbsent(session.instance(), session);
        if (old == null) {
            join(session);
            return CompletableFuture.completedStage(session);
        }
        if (old.mayResume(session.resumeToken())) {
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
        depart(old);
        old.channel()
                .close(new Goodbye(
                        CloseReason.TAKEN_OVER, false, "another channel of " + session.instance() + " took its place"));
        join(session);
        return CompletableFuture.completedStage(session);
    }

    private void join(Session session) {
        TargetEntry target = session.target();
        if (target != null) {
            target.join(session, session.operations());
            targets.putIfAbsent(target.targetId(), target); // it may just have been forgotten
            session.refreshReaders();
        }
        LOG.info("channel up: {}{}", session, target == null ? "" : " serves " + target.targetId());
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
        boolean comeBack = reason == CloseReason.DUPLICATE_INSTANCE;
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

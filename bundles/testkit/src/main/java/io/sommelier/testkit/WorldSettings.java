package io.sommelier.testkit;

import io.sommelier.spi.Authorizer;
import io.sommelier.spi.CredentialVerifier;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a contract test wants of its {@link World}. Immutable.
 *
 * @param knownTargets the targets that the controller knows although they have no member
 * @param streamIdle how long a worker may send nothing although its reader has credit outstanding
 * @param maxMessageBytes the largest payload that a channel carries, where the transport has such a limit
 * @param verifiers who vouches for connectors; none for anybody
 * @param authorizers who says what connectors may serve; none for anything
 * @param healthPeriod how long after a health check the next one begins; 0 for none. One that fails is enough
 * @param healthTimeout how long a member may take to answer it
 */
public record WorldSettings(
        Set<String> knownTargets,
        Duration streamIdle,
        int maxMessageBytes,
        List<CredentialVerifier> verifiers,
        List<Authorizer> authorizers,
        Duration healthPeriod,
        Duration healthTimeout) {

    /** Copies the collections. */
    public WorldSettings {
        knownTargets = Set.copyOf(knownTargets);
        verifiers = List.copyOf(verifiers);
        authorizers = List.copyOf(authorizers);
    }

    /** No known target, 30 s idle, 8 MiB messages, everybody may do everything. */
    public static WorldSettings defaults() {
        return new WorldSettings(
                Set.of(), Duration.ofSeconds(30), 8 << 20, List.of(), List.of(), Duration.ZERO, Duration.ofSeconds(5));
    }

    /** These settings with other known targets. */
    public WorldSettings withKnownTargets(String... targets) {
        return new WorldSettings(
                Set.of(targets), streamIdle, maxMessageBytes, verifiers, authorizers, healthPeriod, healthTimeout);
    }

    /** These settings with another idle limit. */
    public WorldSettings withStreamIdle(Duration value) {
        return new WorldSettings(
                knownTargets, value, maxMessageBytes, verifiers, authorizers, healthPeriod, healthTimeout);
    }

    /** These settings with another largest payload. */
    public WorldSettings withMaxMessageBytes(int value) {
        return new WorldSettings(knownTargets, streamIdle, value, verifiers, authorizers, healthPeriod, healthTimeout);
    }

    /** These settings with somebody who vouches, and somebody who permits. */
    public WorldSettings withSecurity(CredentialVerifier verifier, Authorizer authorizer) {
        return new WorldSettings(
                knownTargets,
                streamIdle,
                maxMessageBytes,
                List.of(verifier),
                List.of(authorizer),
                healthPeriod,
                healthTimeout);
    }

    /** These settings with health checks; one that fails is enough. */
    public WorldSettings withHealth(Duration period, Duration timeout) {
        return new WorldSettings(knownTargets, streamIdle, maxMessageBytes, verifiers, authorizers, period, timeout);
    }
}

package io.sommelier.testkit;

import io.sommelier.spi.Authorizer;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.TargetAssigner;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a contract test wants of its {@link World}. Immutable.
 *
 * @param knownTargets the targets that the controller knows although they have no member
 * @param streamIdle how long a worker may send nothing although its reader has credit outstanding
 * @param link the limits of the controller's end of each channel, where the transport has such limits
 * @param verifiers who vouches for connectors; none for anybody
 * @param assigners who says which targets connectors serve; none for what they ask for
 * @param authorizers who says what connectors may serve; none for anything
 * @param healthPeriod how long after a health check the next one begins; 0 for none. One that fails is enough
 * @param healthTimeout how long a member may take to answer it
 * @param probeLimit how long an old channel has to answer when a new one comes with its instance id
 */
public record WorldSettings(
        Set<String> knownTargets,
        Duration streamIdle,
        LinkSettings link,
        List<CredentialVerifier> verifiers,
        List<TargetAssigner> assigners,
        List<Authorizer> authorizers,
        Duration healthPeriod,
        Duration healthTimeout,
        Duration probeLimit) {

    /** Copies the collections. */
    public WorldSettings {
        knownTargets = Set.copyOf(knownTargets);
        verifiers = List.copyOf(verifiers);
        assigners = List.copyOf(assigners);
        authorizers = List.copyOf(authorizers);
    }

    /** No known target, 30 s idle, the limits of {@link LinkSettings#defaults}, everybody may do everything and serves what he asks for, no health checks, 1 s to answer a probe. */
    public static WorldSettings defaults() {
        return new WorldSettings(
                Set.of(),
                Duration.ofSeconds(30),
                LinkSettings.defaults(),
                List.of(),
                List.of(),
                List.of(),
                Duration.ZERO,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1));
    }

    /** The largest payload that a channel carries, where the transport has such a limit. */
    public int maxMessageBytes() {
        return link.maxMessageBytes();
    }

    /** These settings with other known targets. */
    public WorldSettings withKnownTargets(String... targets) {
        return new WorldSettings(
                Set.of(targets),
                streamIdle,
                link,
                verifiers,
                assigners,
                authorizers,
                healthPeriod,
                healthTimeout,
                probeLimit);
    }

    /** These settings with another idle limit. */
    public WorldSettings withStreamIdle(Duration value) {
        return new WorldSettings(
                knownTargets, value, link, verifiers, assigners, authorizers, healthPeriod, healthTimeout, probeLimit);
    }

    /** These settings with other limits of the controller's end. */
    public WorldSettings withLink(LinkSettings value) {
        return new WorldSettings(
                knownTargets,
                streamIdle,
                value,
                verifiers,
                assigners,
                authorizers,
                healthPeriod,
                healthTimeout,
                probeLimit);
    }

    /** These settings with somebody who vouches. */
    public WorldSettings withVerifier(CredentialVerifier verifier) {
        return new WorldSettings(
                knownTargets,
                streamIdle,
                link,
                List.of(verifier),
                assigners,
                authorizers,
                healthPeriod,
                healthTimeout,
                probeLimit);
    }

    /** These settings with somebody who says which target a connector serves. */
    public WorldSettings withAssigner(TargetAssigner assigner) {
        return new WorldSettings(
                knownTargets,
                streamIdle,
                link,
                verifiers,
                List.of(assigner),
                authorizers,
                healthPeriod,
                healthTimeout,
                probeLimit);
    }

    /** These settings with somebody who vouches, and somebody who permits. */
    public WorldSettings withSecurity(CredentialVerifier verifier, Authorizer authorizer) {
        return new WorldSettings(
                knownTargets,
                streamIdle,
                link,
                List.of(verifier),
                assigners,
                List.of(authorizer),
                healthPeriod,
                healthTimeout,
                probeLimit);
    }

    /** These settings with health checks; one that fails is enough. */
    public WorldSettings withHealth(Duration period, Duration timeout) {
        return new WorldSettings(
                knownTargets, streamIdle, link, verifiers, assigners, authorizers, period, timeout, probeLimit);
    }

    /** These settings with another limit for the answer to a probe. */
    public WorldSettings withProbeLimit(Duration value) {
        return new WorldSettings(
                knownTargets, streamIdle, link, verifiers, assigners, authorizers, healthPeriod, healthTimeout, value);
    }

    /** These settings with another largest payload. */
    public WorldSettings withMaxMessageBytes(int value) {
        return withLink(link.withMaxMessageBytes(value));
    }
}

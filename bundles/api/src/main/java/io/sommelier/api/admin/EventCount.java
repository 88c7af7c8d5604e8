package io.sommelier.api.admin;

/**
 * How often something happened that is seldom in a healthy house. Immutable.
 *
 * @param event what, in a few words, such as {@code late parts}; the words are no API
 * @param count since the controller started
 */
public record EventCount(String event, long count) {}

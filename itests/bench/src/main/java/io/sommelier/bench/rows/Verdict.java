package io.sommelier.bench.rows;

/**
 * Whether a row reached what it aims at. Immutable.
 *
 * @param aim what was to be reached
 * @param figure what was reached
 * @param met whether that is enough
 */
public record Verdict(String aim, double figure, boolean met) {}

package io.sommelier.gateway.http.internal.reply;

import io.sommelier.api.Payload;

/**
 * A part that is to be framed. Immutable.
 *
 * @param sequence its ordinal; the number of parts before it where it is a terminal
 * @param type the media type that holds for it, or empty
 * @param payload its bytes
 */
record StreamedPart(long sequence, String type, Payload payload) {}

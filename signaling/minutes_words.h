/* The form's own words, by the minutes' language: English, and Chinese for all of its tags. Others
 * get English until somebody translates this table. Leaf. */
#pragma once

#include <stdbool.h>

#define MINUTES_WORDS(X)                                                                           \
	X(MINUTES, "Minutes", "会议纪要")                                                          \
	X(THEME, "Theme", "主题")                                                                  \
	X(TIME, "Time", "时间")                                                                    \
	X(PLACE, "Country or region", "国家或地区")                                                \
	X(LOCAL_TIME, "Local time", "当地时间")                                                    \
	X(ZONE, "Time zone", "时区")                                                               \
	X(VENUE, "Venue", "地点")                                                                  \
	X(SHARING, "Sharing", "分享")                                                              \
	X(SHARER, "Sharer", "分享人")                                                              \
	X(QUESTIONS, "Questions and answers", "提问与回答")                                        \
	X(QUESTION, "Question", "提问")                                                            \
	X(ANSWER, "Answer", "回答")                                                                \
	X(PARTICIPANTS, "Participants", "参会人员")                                                \
	X(NAME, "Name", "姓名")                                                                    \
	X(ORGANISATION, "Organisation", "机构")                                                    \
	X(RECORDERS, "Recorders", "记录人")                                                        \
	X(ATTACHMENTS, "Attachments", "附件")                                                      \
	X(ARCHIVE, "Recording, attachments and other languages", "录音录像、附件及其他语言版本")   \
	X(PUBLISHED, "Published", "发布时间")                                                      \
	X(DRAFT, "Draft, not published", "草稿，未发布")                                           \
	X(VERSION, "Version", "版本")                                                              \
	X(SPEAKING, "Speaking time", "发言时长")                                                   \
	X(COLON, ": ", "：")                                                                       \
	X(COMMA, ", ", "、")                                                                       \
	X(MIN, " min", " 分钟")                                                                    \
	X(NO_FONT,                                                                                 \
	  "Some letters are missing: the server that made this file has no font for them.",        \
	  "部分文字缺失：生成此文件的服务器没有相应的字体。")                                      \
	X(LESS, "under 1", "不到 1")                                                               \
	X(PAGE, "Page %u of %u", "第 %u 页，共 %u 页")

enum minutes_word {
#define X(symbol, english, chinese) MINUTES_WORD_##symbol,
	MINUTES_WORDS(X)
#undef X
};
const char *minutes_word(const char *language, enum minutes_word word);
bool minutes_in_chinese(const char *language); /* the words and names to take */
bool minutes_right_to_left(const char *language);

// The emoji names that apps use most. A name that is not here stays text, so "22:00-23:00" is never an emoji.

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 100 💯 alarm_clock ⏰ arrow_down ⬇️ arrow_forward ▶️ arrow_right ➡️ arrow_up ⬆️
arrows_counterclockwise 🔄 ballot_box_with_check ☑️ bar_chart 📊 bell 🔔 black_square_for_stop ⏹️ blue_circle 🔵 boom 💥
broken_heart 💔 bug 🐛 bulb 💡 calendar 📆 chart_with_upwards_trend 📈 clap 👏 clipboard 📋 closed_lock_with_key 🔐
construction 🚧 double_vertical_bar ⏸️ exclamation ❗ eyes 👀 fire 🔥 floppy_disk 💾 gear ⚙️ green_heart 💚 grey_question ❔
hammer_and_wrench 🛠️ hand ✋ heart ❤️ heavy_check_mark ✔️ heavy_minus_sign ➖ heavy_multiplication_x ✖️ heavy_plus_sign ➕
hourglass ⌛ hourglass_flowing_sand ⏳ information_source ℹ️ key 🔑 large_blue_circle 🔵 large_green_circle 🟢
large_orange_circle 🟠 large_yellow_circle 🟡 leftwards_arrow_with_hook ↩️ link 🔗 lock 🔒 mag 🔍 memo 📝 moneybag 💰
muscle 💪 negative_squared_cross_mark ❎ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 ok 🆗 ok_hand 👌 package 📦
page_facing_up 📄 partying_face 🥳 pencil2 ✏️ pray 🙏 pushpin 📌 question ❓ raised_hands 🙌 recycle ♻️ red_circle 🔴
robot_face 🤖 rocket 🚀 rotating_light 🚨 see_no_evil 🙈 shield 🛡️ shrug 🤷 simple_smile 🙂 slightly_smiling_face 🙂 smile 😄
smiley 😃 snail 🐌 sos 🆘 sparkles ✨ stop_sign 🛑 stopwatch ⏱️ tada 🎉 thinking_face 🤔 turtle 🐢 unlock 🔓 wave 👋
warning ⚠️ wastebasket 🗑️ white_check_mark ✅ white_circle ⚪ wrench 🔧 x ❌ zap ⚡ zzz 💤
`.trim().split(/\s+/);

const EMOJI = new Map();
for (let index = 0; index < TABLE.length; index += 2) EMOJI.set(TABLE[index], TABLE[index + 1]);

export const emoji = (name) => EMOJI.get(name);

// Every known `:name:` in plain words, but not one glued to a word or a number.
export function withEmoji(text) {
  return text.replace(/(?<![\p{L}\p{N}:]):([a-z0-9_+'-]+):(?![\p{L}\p{N}:])/gu, (whole, name) => emoji(name) ?? whole);
}

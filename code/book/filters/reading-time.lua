-- Says below a page's title how long its prose takes to read: a filter of Quarto, called by offline/pandoc/book.lua too.
local WORDS_A_MINUTE = 220

local function words(blocks)
  local count = 0
  local prose = blocks:walk({
    CodeBlock = function() return {} end,
    RawBlock = function() return {} end,
    Table = function() return {} end,
  })
  for _ in pandoc.utils.stringify(prose):gmatch("%S+") do count = count + 1 end
  return count
end

return {
  {
    Pandoc = function(page)
      if not FORMAT:match("html") then return nil end
      local minutes = math.max(1, math.floor(words(page.blocks) / WORDS_A_MINUTE + 0.5))
      local line = pandoc.Div(pandoc.Plain(minutes .. "\u{a0}min read"), { class = "reading-time" })
      local first = page.blocks[1]
      page.blocks:insert(first and first.t == "Header" and first.level == 1 and 2 or 1, line)
      return page
    end,
  },
}

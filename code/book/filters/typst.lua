-- What pandoc's Typst lacks in print: Quarto's filter for the PDF, called by offline/pandoc/book.lua too.

local function alternative(math)
  local text = math.text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  return 'alt: "' .. text:gsub('[\\"]', "\\%0") .. '", '
end

return {
  {
    -- A formula is read aloud as its TeX source.
    Inlines = function(line)
      for i = #line, 1, -1 do
        local math, before = line[i], line[i - 1]
        local numbered = before and before.t == "RawInline" and before.text:match("^(#math%.equation%(.*)%[ $")
        if math.t == "Math" and numbered then
          before.text = numbered .. alternative(math) .. "[ "
        elseif math.t == "Math" then
          local block = math.mathtype == "DisplayMath" and "true" or "false"
          line:insert(i + 1, pandoc.RawInline("typst", ");"))
          line:insert(i, pandoc.RawInline("typst", "#math.equation(block: " .. block .. ", " .. alternative(math)))
        end
      end
      return line
    end,
    -- Columns follow what is in them; pandoc makes them equal where a line of the source is long.
    Table = function(tbl)
      tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
      return tbl
    end,
  },
}
